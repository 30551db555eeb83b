#pragma once

#include "actors/messages.hpp"

#include <string>

/// What actors say to each other about files that agents ask for.
namespace troupe {

/// Read or write this for an agent, inside the directory of its run.
struct serve_file : message_tag {
  std::string cwd;
  agents::file_request wanted;
};

} // namespace troupe
