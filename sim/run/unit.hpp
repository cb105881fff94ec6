// Units end names: that is the rule of scenario.proto.
#pragma once

#include <string>
#include <string_view>

namespace mmsim {

// "ns" of "start_ns", "MB/s" of "write_MBps"; nothing where the name has no unit.
std::string unit_of_name(std::string_view name);

}  // namespace mmsim
