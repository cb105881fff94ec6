// What a file can have wrong before it is a text.
#include <filesystem>
#include <fstream>

#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;

std::string message_of_loading_file(const fs::path& path) {
  try {
    load_scenario(path.string(), {});
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return {};
}

class BadFile : public testing::Test {
 protected:
  BadFile() : path_(fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name()) {}
  ~BadFile() override { fs::remove(path_); }

  void write(const std::string& content) { std::ofstream(path_, std::ios::binary) << content; }
  std::string message() const { return message_of_loading_file(path_); }
  std::string expected(const std::string& rest) const { return path_.string() + ":" + rest; }

  fs::path path_;
};

TEST_F(BadFile, Missing) { EXPECT_EQ(message(), expected(" cannot be read: No such file or directory")); }

TEST_F(BadFile, Directory) {
  fs::create_directory(path_);
  EXPECT_EQ(message(), expected(" is a directory; expected a scenario file"));
}

TEST_F(BadFile, Empty) {
  write("");
  EXPECT_EQ(message(), expected("1:1: the file is empty; expected a scenario"));
}

TEST_F(BadFile, OnlyBlanks) {
  write(" \n\t\n");
  EXPECT_EQ(message(), expected("1:1: the file is empty; expected a scenario"));
}

TEST_F(BadFile, Binary) {
  write(
      std::string("\x7f"
                  "ELF\0\1",
                  6));
  EXPECT_EQ(message(), expected("1:1: control character 0x7f; expected a text file"));
}

TEST_F(BadFile, TooLarge) {
  write("");
  fs::resize_file(path_, 100'000'000);
  EXPECT_EQ(message(), expected(" too large; expected at most 16 MiB"));
}

TEST_F(BadFile, NameWithoutAFile) {
  EXPECT_EQ(message_of_loading_file(""), "\"\": cannot be read: expected a file name");
}

}  // namespace
}  // namespace mmsim
