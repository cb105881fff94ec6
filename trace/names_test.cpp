#include "trace/names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace mmsim {
namespace {

using rc::gen::arbitrary;

rc::Gen<std::string> name() { return rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab[0] \t\n\\|\xc3"))); }

rc::Gen<LockWords> lock_words() {
  return rc::gen::build<LockWords>(
      rc::gen::set(&LockWords::noun, name()), rc::gen::set(&LockWords::acquire, name()),
      rc::gen::set(&LockWords::try_acquire, name()), rc::gen::set(&LockWords::release, name()),
      rc::gen::set(&LockWords::acquire_shared, name()), rc::gen::set(&LockWords::release_shared, name()),
      rc::gen::set(&LockWords::spins, arbitrary<bool>()));
}

RC_GTEST_PROP(TraceNames, come_back_as_they_were_written, ()) {
  TraceNames names;
  names.actors = *rc::gen::container<std::vector<std::string>>(name());
  names.notes = *rc::gen::container<std::vector<std::string>>(name());
  names.locks = *rc::gen::container<std::vector<LockWords>>(lock_words());
  const auto kinds = static_cast<std::uint32_t>(names.locks.size());
  if (kinds > 0)
    for (const std::string& text : *rc::gen::container<std::vector<std::string>>(name()))
      names.objects.push_back({*rc::gen::inRange<std::uint32_t>(0, kinds), text});

  const std::string text = write_names(names);
  TraceNames read;
  std::size_t from = 0;
  for (;;) {
    const std::size_t newline = text.find('\n', from);
    RC_ASSERT(newline != std::string::npos);
    const std::string line = text.substr(from, newline - from);
    from = newline + 1;
    if (is_end_of_names(line)) break;
    RC_ASSERT(read_name(line, read));
  }
  RC_ASSERT(from == text.size());
  RC_ASSERT(read == names);
}

TEST(TraceNames, what_is_no_name_is_refused) {
  for (const char* line : {"", "actor", "actor\ta\tb", "object\t0\tx", "object\tx\ty", "lock\tmutex", "actor\ta\\", "actor\t\\x",
                           "lock\ta\tb\tc\td\te\tf\tmaybe", "process\ta"}) {
    TraceNames names;
    EXPECT_FALSE(read_name(line, names)) << line;
    EXPECT_EQ(names, TraceNames{}) << line;
  }
}

}  // namespace
}  // namespace mmsim
