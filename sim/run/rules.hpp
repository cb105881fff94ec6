// Rules of locking that MM documents: those that are built in, and how rules are written.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/resolved.hpp"

namespace mmsim {

// A rule of the built-in set, with where it is documented.
struct KernelRule {
  const char* order;     // "i_rwsem > mmap_lock"; nullptr: no wait while another folio is locked
  const char* source;
};
std::span<const KernelRule> kernel_mm_rules();

inline constexpr const char* kNoWaitRule = "no wait while another folio is locked";

// The classes of "a > b > c"; none, and what is wrong with it in `fault`, if it is no order.
std::vector<std::string> order_classes(std::string_view text, std::string& fault);

// Adds the built-in rules, each once.
void add_kernel_mm_rules(RulesSpec& rules);

}  // namespace mmsim
