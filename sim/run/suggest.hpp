// The near miss that the user probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mmsim {

// `; did you mean "x"?` for the candidate closest to `word` (the first of equals), or nothing where none is close.
// Where nothing is close by letters, a candidate that the word begins or ends will do.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// Edits (insert, delete, replace, swap neighbours) from one word to the other, upper and lower case alike.
int edit_distance(std::string_view from, std::string_view to);

}  // namespace mmsim
