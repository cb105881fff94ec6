#include "sim/run/load.hpp"

#include <xxhash.h>

#include <utility>

#include "sim/run/load_source.hpp"
#include "sim/run/load_text.hpp"
#include "sim/run/resolve.hpp"
#include "sim/run/set_path.hpp"

namespace mmsim {

namespace {

std::string digest_of(const std::string& text) {
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(text.data(), text.size()));
  return {reinterpret_cast<const char*>(digest.digest), sizeof digest.digest};
}

}  // namespace

Loaded load_scenario(const std::string& path, const std::vector<std::string>& sets) {
  return load_scenario_text(path, read_scenario_file(path), sets);
}

Loaded load_scenario_text(const std::string& path, std::string text, const std::vector<std::string>& sets) {
  std::string digest = digest_of(text);
  ScenarioSource source(path, std::move(text));
  check_text(source);
  Loaded loaded;
  google::protobuf::TextFormat::ParseInfoTree locations;
  parse_scenario(source, loaded.scenario, locations);
  source.index(loaded.scenario, locations);
  for (const std::string& set : sets) apply_set(set, loaded.scenario, source);
  loaded.resolved = resolve(loaded.scenario, source);
  loaded.resolved.set = sets;
  loaded.resolved.text_digest = std::move(digest);
  return loaded;
}

}  // namespace mmsim
