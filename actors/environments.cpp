#include "actors/environments.hpp"

#include <functional>
#include <utility>

namespace troupe {

namespace {

std::size_t hash_of(const environments::variables& env) {
  std::size_t sum = env.size();
  for (const auto& [name, value] : env)
    for (const auto& text : {std::cref(name), std::cref(value)})
      sum = sum * 31 + std::hash<std::string>{}(text.get());
  return sum;
}

} // namespace

environments::shared environments::keep(variables env) {
  const auto hash = hash_of(env);
  const auto [from, to] = known_.equal_range(hash);
  for (auto it = from; it != to; ++it)
    if (auto same = it->second.lock(); same && *same == env)
      return same;
  std::erase_if(known_, [](const auto& each) { return each.second.expired(); });
  auto kept = std::make_shared<const variables>(std::move(env));
  known_.emplace(hash, kept);
  return kept;
}

} // namespace troupe
