// The messages of result.proto, in namespace mmsim for code that has no model type of the same name in sight (mmsim::Actor
// is a message here, and an actor of the engine there). Code that has both includes the .pb.h and says pb::.
#pragma once

#include "proto/result.pb.h"

namespace mmsim {
using namespace pb;  // NOLINT(google-build-using-namespace)
}
