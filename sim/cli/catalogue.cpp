#include "sim/cli/catalogue.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <stdexcept>

#include "sim/run/resolve_context.hpp"
#include "sim/run/rules.hpp"
#include "sim/run/unit.hpp"
#include "sim/script/expression.hpp"

// scenario.proto and what it imports, compiled with its comments (see CMakeLists.txt).
extern const unsigned char mmsim_scenario_descriptors[];
extern const std::size_t mmsim_scenario_descriptors_size;

namespace mmsim {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// The descriptors that protoc generates into the program have no comments: these do.
const google::protobuf::FileDescriptor& scenario_file() {
  static google::protobuf::DescriptorPool pool;
  static const google::protobuf::FileDescriptor* const file = [] {
    google::protobuf::FileDescriptorSet set;
    if (!set.ParseFromArray(mmsim_scenario_descriptors, static_cast<int>(mmsim_scenario_descriptors_size)))
      throw std::logic_error("the embedded descriptors cannot be read");
    const google::protobuf::FileDescriptor* last = nullptr;
    for (const auto& proto : set.file()) last = pool.BuildFile(proto);
    return last;
  }();
  return *file;
}

// The comment beside a declaration, else the one above it, as one line.
template <typename Declaration>
std::string comment_of(const Declaration& declaration) {
  google::protobuf::SourceLocation location;
  if (!declaration.GetSourceLocation(&location)) return {};
  std::string line;
  for (const char c : location.trailing_comments.empty() ? location.leading_comments : location.trailing_comments) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || !(line.empty() || line.back() == ' ')) line += blank ? ' ' : c;
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string type_of(const FieldDescriptor& field) {
  std::string type = field.cpp_type_name();
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) type = field.message_type()->name();
  if (field.type() == FieldDescriptor::TYPE_ENUM) type = field.enum_type()->name();
  return field.is_repeated() ? type + "..." : type;
}

std::string default_of(const FieldDescriptor& field) {
  if (!field.has_default_value()) return {};
  if (field.type() == FieldDescriptor::TYPE_ENUM) return field.default_value_enum()->name();
  if (field.type() == FieldDescriptor::TYPE_BOOL) return field.default_value_bool() ? "true" : "false";
  if (field.type() == FieldDescriptor::TYPE_UINT64) return fmt::format("{}", field.default_value_uint64());
  if (field.type() == FieldDescriptor::TYPE_STRING) return field.default_value_string();
  if (field.type() == FieldDescriptor::TYPE_UINT32) return fmt::format("{}", field.default_value_uint32());
  throw std::logic_error("a default of a type that is not used: " + field.full_name());
}

// Comments of costs begin with where the number comes from: "measured: schbench p50".
void split_source(CatalogueEntry& entry) {
  for (const std::string_view source : {"measured", "derived", "assumed", "source"}) {
    const std::string& doc = entry.doc();
    if (!doc.starts_with(source)) continue;
    entry.set_source(std::string(source));
    const auto rest = doc.find_first_not_of(": ", source.size());
    entry.set_doc(rest == std::string::npos ? "" : doc.substr(rest));
    return;
  }
}

class Lister {
 public:
  explicit Lister(Catalogue& catalogue) : catalogue_(catalogue) {}

  void section(std::string_view name) { section_ = name; }

  void field(const FieldDescriptor& field, const std::string& name) {
    CatalogueEntry& entry = add(name, type_of(field), comment_of(field));
    // A field that only carries a message is described by the message.
    if (entry.doc().empty() && field.message_type() != nullptr) entry.set_doc(comment_of(*field.message_type()));
    entry.set_default_value(default_of(field));
    entry.set_unit(unit_of_name(field.name()));
    if (section_ == "costs") split_source(entry);
  }

  // The fields of a message, and of those within it; not of steps, which contain themselves and have a section.
  void fields(const Descriptor& message, const std::string& prefix) {
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& inner = *message.field(i);
      field(inner, prefix + inner.name());
      const Descriptor* type = inner.message_type();
      if (type != nullptr && type->name() != "Step") fields(*type, prefix + inner.name() + ".");
    }
  }

  // The choices of a oneof, each with the fields of its message.
  void choices(const google::protobuf::OneofDescriptor& kinds) {
    for (int i = 0; i < kinds.field_count(); ++i) {
      field(*kinds.field(i), kinds.field(i)->name());
      if (kinds.field(i)->message_type() != nullptr)
        fields(*kinds.field(i)->message_type(), kinds.field(i)->name() + ".");
    }
  }

  // A question of a condition, with the kinds of things it can be put to.
  void condition(const PropertyRow& row, const std::string& kinds) {
    add(row.kinds == 0 ? std::string(row.name) : fmt::format("{}(THING)", row.name), kinds, row.doc);
  }

  // A rule that is built in.
  void rule(const KernelRule& rule) { add(rule.order != nullptr ? rule.order : kNoWaitRule, "KERNEL_MM", rule.source); }

  void values(const EnumDescriptor& type) {
    for (int i = 0; i < type.value_count(); ++i)
      if (type.value(i)->number() != 0)  // 0 is *_UNSPECIFIED, which nobody may write
        add(type.value(i)->name(), type.name(), comment_of(*type.value(i)));
  }

 private:
  CatalogueEntry& add(const std::string& name, const std::string& type, const std::string& doc) {
    CatalogueEntry& entry = *catalogue_.add_entries();
    entry.set_section(section_);
    entry.set_name(name);
    entry.set_type(type);
    entry.set_doc(doc);
    return entry;
  }

  Catalogue& catalogue_;
  std::string section_;
};

bool is_lock(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         (field.message_type()->name() == "LockSet" || field.message_type()->name() == "SemaphoreSet");
}

// A message of the scenario that has a section of its own, by the name of its field.
void add_part(Lister& lister, const Descriptor& scenario, const char* field) {
  lister.fields(*scenario.FindFieldByName(field)->message_type(), fmt::format("{}.", field));
}

// The words of scenario.proto for the kinds that a question can be put to.
std::string kinds_of(const PropertyRow& row) {
  std::string words;
  for (const Thing thing : all_things())
    if ((row.kinds & bit_of(object_kind(thing))) != 0) words += fmt::format("{}{}", words.empty() ? "" : ", ", noun(thing));
  return words;
}

}  // namespace

const std::vector<Section>& sections() {
  static const std::vector<Section> kSections{
      {"actors", "what an actor can be, and its parameters: actor { name: \"a\" KIND { ... } }"},
      {"common", "what every actor may say"},
      {"steps", "the steps of a program"},
      {"conditions", "what conditions can ask, beside variables: if { cond: \"locked(file[0])\" ... }"},
      {"locks", "kinds of locks and waits, beside folios"},
      {"machine", "nodes, links, disks, devices that actors serve, journals, mappings, folios"},
      {"costs", "what operations cost; change one with --set costs.NAME=VALUE"},
      {"vm", "as under /proc/sys/vm"},
      {"bounds", "where a run that does not end is stopped"},
      {"rules", "rules of locking: rules { ... }; below the fields those of use: KERNEL_MM and of explore --rules kernel-mm"},
      {"expect", "what `mmsim check` compares with"},
      {"sweep", "what `mmsim sweep` varies"},
      {"values", "the words that fields with a type of that name take"},
  };
  return kSections;
}

Catalogue catalogue() {
  const auto& file = scenario_file();
  const Descriptor& scenario = *file.FindMessageTypeByName("Scenario");
  const Descriptor& actor = *file.FindMessageTypeByName("Actor");
  Catalogue out;
  Lister lister(out);

  lister.section("actors");
  lister.choices(*actor.FindOneofByName("kind"));
  lister.section("common");
  for (int i = 0; i < actor.field_count(); ++i)
    if (actor.field(i)->containing_oneof() == nullptr) lister.field(*actor.field(i), actor.field(i)->name());
  lister.section("steps");
  lister.choices(*file.FindMessageTypeByName("Step")->FindOneofByName("kind"));
  lister.section("conditions");
  for (const PropertyRow& row : kProperties) lister.condition(row, kinds_of(row));
  lister.section("locks");
  for (int i = 0; i < scenario.field_count(); ++i)
    if (is_lock(*scenario.field(i))) lister.field(*scenario.field(i), scenario.field(i)->name());
  lister.section("machine");
  for (const char* part : {"machine", "disk", "loop", "server", "journal", "mapping", "mm", "folios"}) add_part(lister, scenario, part);
  for (const char* part : {"costs", "vm", "bounds", "rules", "expect", "sweep"}) {
    lister.section(part);
    add_part(lister, scenario, part);
    if (std::string_view(part) != "rules") continue;
    for (const KernelRule& rule : kernel_mm_rules()) lister.rule(rule);
  }
  lister.section("values");
  for (int i = 0; i < file.enum_type_count(); ++i) lister.values(*file.enum_type(i));
  for (const EnumDescriptor* type : {Verdict_descriptor(), HangKind_descriptor()})
    lister.values(*file.pool()->FindEnumTypeByName(type->full_name()));
  return out;
}

}  // namespace mmsim
