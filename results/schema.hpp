// The layout of a results database: one SQLite file per sweep, or per shard of one. `mmsim sweep schema` prints it.
//
// 1. What a database says of a point is the same wherever and however often the point is run; `wall` alone, and `shard`,
//    tell of machines. So databases of the same sweep can be merged, and tables made from them compare byte for byte.
// 2. A run is written whole or not at all, and once: (point, seed) is a key.
// 3. The file has application_id kApplicationId and user_version kFormat. It is in WAL mode while it is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmsim {

inline constexpr std::int32_t kApplicationId = 0x6d6d7377;   // "mmsw"
inline constexpr std::int32_t kFormat = 1;

// Commented SQL that makes the tables; `columns` are those of the axes, as in "batch INTEGER NOT NULL".
std::string schema_text(const std::vector<std::string>& columns);

// Names that no axis may have: those of other columns, in lower case (SQL does not tell cases apart).
const std::vector<std::string>& reserved_columns();

}  // namespace mmsim
