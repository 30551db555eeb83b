#pragma once

#include "keeper/identity.hpp"
#include "keeper/reports.hpp"

#include <string>
#include <vector>

namespace troupe::keeper {

/// One attempt as it is written down: enough to find its process again when nobody is
/// left who held it.
struct roster_entry {
  identity who;
  spawned_report spawned;

  static constexpr auto fields() {
    return field_list{
      required("who", &roster_entry::who, "Its main process."),
      required("spawned", &roster_entry::spawned, "As reported."),
    };
  }
};

/// `<state>/processes/<run_id>.<attempt>.json`: the attempts in cgroups that were
/// started and not forgotten. Written at each start, for the case that keeper and
/// supervisor are killed together; no use after a reboot, so never synced.
class roster {
public:
  explicit roster(const std::string& state_dir);

  void add(const roster_entry& entry) const;
  void remove(const attempt_key& key) const;

  /// What can be read; what cannot is removed.
  [[nodiscard]] std::vector<roster_entry> all() const;

private:
  [[nodiscard]] std::string file(const attempt_key& key) const;

  std::string directory_;
};

} // namespace troupe::keeper
