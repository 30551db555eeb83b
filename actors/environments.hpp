#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace troupe {

/// The environments of runs, each kept once: the runs of one client mostly have the
/// same. What nobody has any more goes with the next that is new.
class environments {
public:
  using variables = std::map<std::string, std::string>;
  using shared = std::shared_ptr<const variables>;

  [[nodiscard]] shared keep(variables env);
  [[nodiscard]] std::size_t size() const { return known_.size(); }

private:
  std::multimap<std::size_t, std::weak_ptr<const variables>> known_; ///< By hash.
};

} // namespace troupe
