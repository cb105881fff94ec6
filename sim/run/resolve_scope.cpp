// What names stand for inside procedures and loops.
#include <cctype>

#include "sim/run/resolve_program.hpp"

namespace mmsim {

namespace {

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool in_name(char c, std::string_view marks) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || marks.find(c) != marks.npos;
}

}  // namespace

const Scope::Binding* Scope::find(std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_)
    if (const auto found = scope->bindings_.find(name); found != scope->bindings_.end()) return &found->second;
  return nullptr;
}

void Scope::add_names(std::vector<std::string>& names) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_)
    for (const auto& [name, binding] : scope->bindings_) names.push_back(name);
}

// A name of a thing may have marks in it where it stands alone; in an expression they are operators.
std::string Scope::in_reference(std::string_view text) const {
  const std::size_t bracket = text.find('[');
  std::string out = replace(text.substr(0, bracket), "-/:.");
  if (bracket != text.npos) out += replace(text.substr(bracket), "");
  // A part of an element, "bdev[0].bh", is the element of a set of its own.
  const std::size_t behind = out.find("].");
  if (behind != out.npos) {
    const std::size_t open = out.find('[');
    out = out.substr(0, open) + out.substr(behind + 1) + out.substr(open, behind + 1 - open);
  }
  return out;
}

std::string Scope::in_expression(std::string_view text) const { return replace(text, ""); }

std::string Scope::replace(std::string_view text, std::string_view marks) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!begins_name(text[at])) {
      out += text[at++];
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && in_name(text[end], marks)) ++end;
    std::string_view name = text.substr(at, end - at);
    const Binding* binding = find(name);
    if (const std::size_t dot = name.find('.'); binding == nullptr && dot != name.npos && find(name.substr(0, dot)) != nullptr) {   // "b.bh"
      name = name.substr(0, dot);
      binding = find(name);
      end = at + dot;
    }
    const auto* replacement = binding != nullptr ? std::get_if<std::string>(binding) : nullptr;
    out += replacement != nullptr ? *replacement : name;
    at = end;
  }
  return out;
}

}  // namespace mmsim
