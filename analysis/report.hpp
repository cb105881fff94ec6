// Reports written from a result and from nothing else. The same result and style give the same bytes: no address,
// clock, locale or hash order takes part.
//
// Text comes in the order in which a reader needs it: the verdict, what ran or was covered, the witness of an exploration, the parties and why each waits for the next, the
// victims, the last events, throttled waits and contention, counters, and the line that reproduces it.
#pragma once

#include <string>

#include "proto/result.hpp"

namespace mmsim {

struct ReportStyle {
  bool colour = false;
  int width = 80;  // columns; the headline, INFO lines and the reproducing line are never wrapped
};

std::string text_report(const Result& result, const ReportStyle& style);

// Any message in its JSON form: keys of maps sorted, absent fields written with their default, int64 as strings.
// Throws std::runtime_error if a string in it is not UTF-8.
std::string json_report(const google::protobuf::Message& message);
// The same on one line, with a newline behind it.
std::string json_line(const google::protobuf::Message& message);

}  // namespace mmsim
