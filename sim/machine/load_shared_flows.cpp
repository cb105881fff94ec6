#include <dlfcn.h>

#include <filesystem>

#include "sim/machine/shared_flows.hpp"

namespace mmsim {

namespace {

namespace fs = std::filesystem;

constexpr const char* kModule = "mmsim-simgrid.so";

// Beside the program, or above it: a test stands deeper in the same tree.
fs::path find_module() {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  for (fs::path directory = program.parent_path(); directory.has_relative_path(); directory = directory.parent_path())
    if (fs::exists(directory / kModule)) return directory / kModule;
  return program.parent_path() / kModule;
}

MakeSharedFlows load() {
  const fs::path path = find_module();
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* make = module != nullptr ? dlsym(module, "mmsim_make_shared_flows") : nullptr;
  if (make == nullptr)
    throw NoSharedFlows(path.string() + ": cannot be loaded, and flows that share bandwidth need it: " + dlerror());   // NOLINT(concurrency-mt-unsafe)
  return reinterpret_cast<MakeSharedFlows>(make);
}

}  // namespace

SharedFlows& shared_flows(const FlowPlatform& platform, SharedFlows::Ended ended) {
  static const MakeSharedFlows make = load();
  return *make(platform, ended);
}

}  // namespace mmsim
