#pragma once

#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What agents ask and nobody has answered yet, of all runs.
namespace troupe {

struct list_pending {
  std::optional<std::string> run_id;
  std::uint32_t limit = 20;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "run_id", &list_pending::run_id, "Only of this run and those it started."),
      optional("limit", &list_pending::limit, "At most this many, 1 to 100."),
    };
  }
};

/// A pending request and the run that waits for it.
struct open_question {
  std::string run_id;
  std::string agent_name;
  std::string request_id;
  std::string kind;
  std::string title;
  raw_json detail;
  std::vector<std::string> options;
  timestamp asked_at;
  std::optional<timestamp> deadline;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &open_question::run_id, "Name it in continue_run."),
      required("agent_name", &open_question::agent_name, "The run's nickname."),
      required("request_id", &open_question::request_id, "Name it in the answer."),
      required("kind", &open_question::kind, "permission, question or auth."),
      required("title", &open_question::title, "In one line."),
      required(
        "detail", &open_question::detail, "The tool and its input, or the question."),
      required("options", &open_question::options, "Decisions it takes."),
      required("asked_at", &open_question::asked_at, "Since when it waits."),
      optional(
        "deadline", &open_question::deadline, "When the run's permissions answer it."),
    };
  }
};

struct open_questions {
  std::vector<open_question> requests;
  std::uint64_t total = 0;

  static constexpr auto fields() {
    return field_list{
      required("requests", &open_questions::requests, "Oldest first."),
      required("total", &open_questions::total, "How many there are."),
    };
  }
};

} // namespace troupe
