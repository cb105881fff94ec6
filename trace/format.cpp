#include "trace/format.hpp"

#include <array>

namespace mmsim {

namespace {
constexpr std::array<const char*, static_cast<std::size_t>(Event::kCount)> kEventNames = {
    "end",  "start", "finish", "acquire", "acquire_shared", "try_failed", "release", "release_shared", "wait", "woken",
    "wake", "wake_all", "spend", "sleep", "yield", "preempt", "run", "interrupt", "note", "stuck"};
}  // namespace

const char* to_string(Event event) { return kEventNames.at(static_cast<std::size_t>(event)); }

}  // namespace mmsim
