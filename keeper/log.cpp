#include "keeper/log.hpp"

#include "protocol/values.hpp"

#include <string>
#include <unistd.h>

namespace troupe::keeper {

void log(std::string_view event) {
  auto line = to_string(wall_now()) + " keeper " + std::string(event) + "\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

} // namespace troupe::keeper
