#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/lines.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::stress {

/// A private directory in which one supervisor keeps services alive: a directory `s<n>`
/// for each of them, and the FIFO in which they tell that they run. Every process that
/// works below it is killed, and everything removed, with this object; one at a time.
class yard {
public:
  explicit yard(int services);
  ~yard();
  yard(const yard&) = delete;
  yard& operator=(const yard&) = delete;

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] int services() const { return services_; }
  [[nodiscard]] std::string place_of(int service) const;
  void write(std::string_view name, std::string_view text) const;

  /// What works below it and is no service.
  [[nodiscard]] std::vector<int> supervisors() const;

  struct word {
    int service = 0;
    int pid = 0;
    std::int64_t at_ns = 0; ///< Monotonic, when its main began.
  };

  /// The next word of a service; none within `patience_ms`.
  std::optional<word> next(int patience_ms);

private:
  std::string directory_;
  int services_;
  keeper::descriptor told_;
  line_splitter lines_{4096};
};

/// The program of every service.
[[nodiscard]] std::string service_program();

} // namespace troupe::stress
