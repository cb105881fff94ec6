// lockprogram2scenario IN.json > OUT.txtpb: a lock program as a scenario.
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tools/lockprogram/convert.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: lockprogram2scenario IN.json > OUT.txtpb\n");
    return 2;
  }
  std::ifstream in(argv[1]);
  std::stringstream json;
  if (!in || !(json << in.rdbuf())) {
    fmt::print(stderr, "{}: cannot be read\n", argv[1]);
    return 2;
  }
  try {
    std::string text;
    google::protobuf::TextFormat::PrintToString(mmsim::scenario_of_lock_program(json.str()), &text);
    fmt::print("# proto-file: proto/scenario.proto\n# proto-message: mmsim.pb.Scenario\n\n{}", text);
  } catch (const mmsim::LockProgramError& error) {
    fmt::print(stderr, "{}: {}\n", argv[1], error.what());
    return 2;
  }
  return 0;
}
