// Rules and expectations that are refused.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

const BadInput kRules[] = {
    {"OrderOfOne", kMutex + "rules { order: \"x\" }",
                 "3:16: in \"x\": it has one name; expected names, outermost first, as in \"mmap_lock > folio\""},
    {"OrderWithAGap", kMutex + "rules { order: \"x > > folio\" }",
                 "3:16: in \"x > > folio\": a name is missing; expected names, outermost first, as in \"mmap_lock > folio\""},
    {"OrderWithALockTwice", kMutex + "rules { order: \"x > folio > x\" }",
                 "3:16: in \"x > folio > x\": x stands there twice; expected names, outermost first, as in \"mmap_lock > folio\""},
    {"OrderOfAnUnknownLock", kMutex + "rules { order: \"mmap_lok > folio\" }",
                 "3:16: there is no lock mmap_lok to be put in order; expected a lock set, a folio set, a mapping, folio, or one of "
                 "`mmsim list rules`; did you mean \"mmap_lock\"?"},
    {"NoRuleToBreak", kMutex + "expect { verdict: COMPLETED proved: true rule_violation: false }",
                 "3:58: the scenario has no rule that could be broken; expected rules { order: \"outer > inner\" }"},
    {"InversionUnexplored", kMutex + "expect { verdict: COMPLETED order_inversion: true }",
                 "3:46: only an exploration tells; expected proved: true beside it"},
    {"KindOfNoHang", kMutex + "expect { verdict: COMPLETED kind: CYCLE }",
                 "3:35: a kind of hang is expected, but the verdict is COMPLETED; expected a hang"},
};

INSTANTIATE_TEST_SUITE_P(Rules, BadInputTest, testing::ValuesIn(kRules), bad_input_name);

}  // namespace
}  // namespace mmsim
