// What procedures of the kernel are called with, by actors that run one and by programs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/run/resolve_context.hpp"

namespace mmsim {

class Scope;

class CallResolver {
 public:
  // `listed` counts the folios in the lists of all actors. `scope`: what names stand for inside of a program.
  CallResolver(const ResolveContext& context, const Variables& variables, const ActorSpec& caller, std::size_t& listed,
               const Scope* scope = nullptr)
      : context_(context), variables_(variables), caller_(caller), listed_(listed), scope_(scope) {}

  MigratePagesSpec operator()(const MigratePages& kind);
  WritebackSpec operator()(const Writeback& kind);
  PageFaultSpec operator()(const PageFault& kind);

 private:
  std::int64_t times(const At& at, const std::string& text, std::int64_t min) const;
  template <typename Texts>
  std::vector<std::uint32_t> list(const google::protobuf::Message& kind, int field, const Texts& texts, Walk walk);
  void check_set(const At& at, const Span& span) const;
  void check_new(const At& at, const Span& span);

  const ResolveContext& context_;
  const Variables& variables_;
  const ActorSpec& caller_;
  std::size_t& listed_;
  const Scope* scope_;
  std::map<std::uint32_t, std::uint32_t> spans_;  // last to first
  bool must_have_device_ = false;
  bool must_be_mapped_ = false;
};

}  // namespace mmsim
