#include "tests/e2e/agent_claude.hpp"
#include "tests/e2e/agent_oracle.hpp"
#include "tests/e2e/agent_tree.hpp"
#include "tests/e2e/agent_tricks.hpp"
#include "tests/e2e/agent_words.hpp"

#include "protocol/json.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

/// An agent that does as its arguments say: `e2e_agent <act> <argument>…`. What a real
/// agent does by accident it does on purpose.
namespace troupe::e2e {

namespace {

void say(const json& message) {
  print(print_json(message) + '\n');
}

/// answer <bytes>: a final response of that size.
int answer(const arguments& args) {
  say(
    {{"type", "run_completed"},
     {"final_response", std::string(number(args.at(0)), 'a')}});
  return 0;
}

/// messages <count> <bytes>
int messages(const arguments& args) {
  for (std::size_t i = 0; i < number(args.at(0)); ++i)
    say(
      {{"type", "agent_message"},
       {"text", std::to_string(i) + " " + std::string(number(args.at(1)), 'm')}});
  return 0;
}

/// rubbish <bytes>: what is no JSON, what is no text, and a line of that many bytes.
int rubbish(const arguments& args) {
  print("{\"type\":\"agent_mess\n");
  print(std::string_view("\0\1\xff\xfe\n", 5));
  print(std::string(64, '[') + '\n');
  print(std::string(number(args.at(0)), 'x') + '\n');
  say({{"type", "run_completed"}, {"final_response", "alive"}});
  return 0;
}

void say_line(std::size_t i, long pause_ms) {
  print("line " + std::to_string(i) + '\n');
  rest(pause_ms);
}

/// count <lines> <pause_ms>: numbered lines, one after another.
int count(const arguments& args) {
  for (std::size_t i = 1; i <= number(args.at(0)); ++i)
    say_line(i, static_cast<long>(number(args.at(1))));
  return 0;
}

/// count_and_wait <lines> <pause_ms> <file>: the last line waits for the file.
int count_and_wait(const arguments& args) {
  const auto last = number(args.at(0));
  for (std::size_t i = 1; i < last; ++i)
    say_line(i, static_cast<long>(number(args.at(1))));
  while (access(args.at(2).c_str(), F_OK) != 0)
    rest(5);
  say_line(last, 0);
  return 0;
}

/// until <file>: talks until there is such a file.
int until(const arguments& args) {
  for (std::size_t i = 1; access(args.at(0).c_str(), F_OK) != 0; ++i)
    say_line(i, 20);
  return 0;
}

/// ask: a question that waits for its answer.
int ask(const arguments&) {
  say(
    {{"type", "input_required"},
     {"request_id", "q1"},
     {"kind", "question"},
     {"title", "May I?"}});
  for (std::string line; std::getline(std::cin, line);) {
    const auto told = parse_json(line);
    if (told && told->value("type", "") == "answer") {
      say({{"type", "run_completed"}, {"final_response", told->value("message", "")}});
      return 0;
    }
  }
  return 1;
}

/// flaky <file> <failures>: dies that often, counting in the file, then succeeds.
int flaky(const arguments& args) {
  std::FILE* file = std::fopen(args.at(0).c_str(), "a+");
  std::fputc('x', file);
  const auto starts = static_cast<std::size_t>(std::ftell(file));
  std::fclose(file);
  if (starts <= number(args.at(1))) {
    std::fprintf(stderr, "cannot go on\n");
    return 3;
  }
  say({{"type", "run_completed"}, {"final_response", "at last"}});
  return 0;
}

/// wait: says that it is there, then nothing for ever.
int wait(const arguments&) {
  say({{"type", "agent_message"}, {"text", "ready"}});
  for (;;)
    pause();
}

/// chatter: never silent.
int chatter(const arguments&) {
  for (std::size_t i = 0;; ++i) {
    print(std::to_string(i) + std::string(4096, 'c') + '\n');
    rest(1);
  }
}

/// silent: answers its turn with one message, then no sign of life but an answer to a
/// nudge, which is its result if the argument says so.
int silent(const arguments& args) {
  for (std::string line; std::getline(std::cin, line);) {
    const auto told = parse_json(line);
    const auto type = told ? told->value("type", "") : "";
    if (type == "turn")
      say({{"type", "agent_message"}, {"text", "ready"}});
    if (type == "nudge" && args.at(0) == "answers")
      say({{"type", "run_completed"}, {"final_response", "woken"}});
  }
  for (;;)
    pause();
}

/// compute <seconds>: a child burns that much of a processor's time without a word,
/// then there is a result.
int compute(const arguments& args) {
  say({{"type", "agent_message"}, {"text", "ready"}});
  const auto child = fork();
  if (child == 0) {
    const auto until =
      std::chrono::steady_clock::now() + std::chrono::seconds(number(args.at(0)));
    while (std::chrono::steady_clock::now() < until)
      continue;
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  say({{"type", "run_completed"}, {"final_response", "computed"}});
  return 0;
}

/// tool <seconds>: silent within a tool call for that long.
int tool(const arguments& args) {
  say({{"type", "tool_started"}, {"tool_use_id", "t"}, {"tool", "slow"}});
  rest(1000 * static_cast<long>(number(args.at(0))));
  say({{"type", "tool_finished"}, {"tool_use_id", "t"}, {"tool", "slow"}});
  say({{"type", "run_completed"}, {"final_response", "tooled"}});
  return 0;
}

/// hog <mebibytes>: a grandchild takes that much memory and holds it; its parent hides
/// how it ended.
int hog(const arguments& args) {
  say({{"type", "agent_message"}, {"text", "ready"}});
  const auto child = fork();
  if (child == 0) {
    for (std::size_t i = 0; i < number(args.at(0)); ++i) {
      std::memset(std::malloc(1 << 20), 1, 1 << 20);
      rest(1);
    }
    for (;;)
      pause();
  }
  waitpid(child, nullptr, 0);
  return 42;
}

/// spend <turns>: one more each 10 ms, for ever.
int spend(const arguments&) {
  for (std::size_t turns = 1;; ++turns) {
    say({{"type", "usage"}, {"turns", turns}});
    rest(10);
  }
}

using act = int (*)(const arguments&);

const std::map<std::string, act, std::less<>> acts{
  {"answer", answer},
  {"messages", messages},
  {"rubbish", rubbish},
  {"count", count},
  {"count_and_wait", count_and_wait},
  {"until", until},
  {"ask", ask},
  {"flaky", flaky},
  {"wait", wait},
  {"chatter", chatter},
  {"silent", silent},
  {"compute", compute},
  {"tool", tool},
  {"hog", hog},
  {"spend", spend},
  {"tree", grow_tree},
  {"stray", stray},
  {"trick", trick},
  {"oracle", oracle},
  {"second_try", second_try},
  {"hold_on", hold_on},
  {"listen", listen}};

} // namespace

} // namespace troupe::e2e

/// By the name of claude (a link to this program) it is that.
int main(int argc, char** argv) {
  using namespace troupe::e2e;
  const arguments given(argv + 1, argv + argc);
  if (std::string_view(argv[0]).ends_with("claude"))
    return claude(given);
  const auto found = given.empty() ? acts.end() : acts.find(given.front());
  if (found == acts.end())
    return 2;
  return found->second({given.begin() + 1, given.end()});
}
