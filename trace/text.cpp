#include "trace/text.hpp"

namespace mmsim {
namespace {

Phrase note_phrase(const TraceRecord& record, const Subject& subject) {
  if (record.object != kNoId) return {subject.note, subject.object, {}};
  return {subject.note, {}, record.argument != 0 ? std::to_string(record.argument) : std::string()};
}

}  // namespace

Phrase phrase_of(const TraceRecord& record, const Subject& subject) {
  if (record.event == Event::kNote) return note_phrase(record, subject);
  if (record.event == Event::kStart) return {"starts", {}, {}};
  if (record.event == Event::kFinish) return {"finishes", {}, {}};
  if (record.event == Event::kSleep) return {"sleeps", {}, std::to_string(record.argument) + " ns"};
  if (record.object == kNoId) return {};
  switch (record.event) {
    case Event::kAcquire: return {record.extra == 1 ? subject.try_acquire : subject.acquire, subject.object, {}};
    case Event::kAcquireShared: return {subject.acquire_shared, subject.object, {}};
    case Event::kTryFailed: return {subject.try_acquire, subject.object, "fails"};
    case Event::kRelease: return {subject.release, subject.object, {}};
    case Event::kReleaseShared: return {subject.release_shared, subject.object, {}};
    case Event::kWait:
      return {record.extra == 1 ? subject.acquire_shared : subject.acquire, subject.object, "... waits"};
    case Event::kWake: return {subject.release, subject.object, {}};
    case Event::kWakeAll: return {subject.release, subject.object, "all"};
    default: return {};
  }
}

std::string as_call(const Phrase& phrase) {
  std::string out(phrase.verb);
  if (!phrase.object.empty()) out.append("(").append(phrase.object).append(")");
  if (!phrase.rest.empty()) out.append(" ").append(phrase.rest);
  return out;
}

std::string as_ftrace(const Phrase& phrase) {
  std::string out(phrase.verb);
  out += ':';
  if (!phrase.object.empty()) out.append(" ").append(phrase.object);
  if (!phrase.rest.empty()) out.append(" ").append(phrase.rest);
  return out;
}

}  // namespace mmsim
