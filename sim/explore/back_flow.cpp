#include "sim/explore/back_flow.hpp"

#include <algorithm>
#include <utility>

#include "sim/explore/in_parallel.hpp"

namespace mmsim {

namespace {

constexpr std::size_t kAlone_words = std::size_t{1} << 20;   // what is not worth waking others for

// Depth first, without recursion: ways are long.
std::vector<std::uint32_t> those_after_first(const std::vector<std::size_t>& first, const std::vector<std::uint32_t>& to) {
  const std::size_t nodes = first.size() - 1;
  std::vector<bool> met(nodes, false);
  std::vector<std::uint32_t> out;
  std::vector<std::pair<std::uint32_t, std::size_t>> open;   // with its next arc
  out.reserve(nodes);
  for (std::uint32_t root = 0; root < nodes; ++root) {
    if (met[root]) continue;
    met[root] = true;
    open.emplace_back(root, first[root]);
    while (!open.empty()) {
      auto& [node, arc] = open.back();
      if (arc == first[node + 1]) {
        out.push_back(node);
        open.pop_back();
        continue;
      }
      const std::uint32_t next = to[arc++];
      if (met[next]) continue;
      met[next] = true;
      open.emplace_back(next, first[next]);
    }
  }
  return out;
}

}  // namespace

BackFlow::BackFlow(std::size_t nodes, const std::vector<NotedEdge>& edges) {
  std::vector<std::size_t> first(nodes + 1, 0);
  for (const NotedEdge& edge : edges) ++first[edge.from + 1];
  for (std::size_t i = 0; i < nodes; ++i) first[i + 1] += first[i];
  std::vector<std::uint32_t> to(edges.size());
  std::vector<std::size_t> at(first.begin(), first.end() - 1);
  for (const NotedEdge& edge : edges) to[at[edge.from]++] = edge.to;
  arcs_.reserve(edges.size());
  for (const std::uint32_t from : those_after_first(first, to))
    for (std::size_t i = first[from]; i < first[from + 1]; ++i)
      if (to[i] != from) arcs_.push_back({from, to[i]});
}

// Of each row only [begin, end).
void BackFlow::flow(std::uint64_t* rows, std::size_t words, std::size_t begin, std::size_t end) const {
  bool changed = true;
  while (std::exchange(changed, false))
    for (const Arc& arc : arcs_) {
      std::uint64_t* mine = rows + arc.from * words;
      const std::uint64_t* its = rows + arc.to * words;
      std::uint64_t more = 0;
      for (std::size_t i = begin; i < end; ++i) {
        more |= its[i] & ~mine[i];
        mine[i] |= its[i];
      }
      changed |= more != 0;
    }
}

void BackFlow::run(std::vector<std::uint64_t>& rows, std::size_t words, int jobs) const {
  const std::size_t parts = rows.size() < kAlone_words ? 1 : std::min(static_cast<std::size_t>(std::max(jobs, 1)), words);
  in_parallel(parts, [&](std::size_t part) { flow(rows.data(), words, words * part / parts, words * (part + 1) / parts); });
}

}  // namespace mmsim
