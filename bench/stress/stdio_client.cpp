#include "bench/stress/stdio_client.hpp"

#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/http_client.hpp"

#include <boost/asio/write.hpp>

#include <sys/socket.h>

namespace troupe::stress {

stdio_client::stdio_client(
  boost::asio::io_context& on, const starter& start, const std::string& run_id)
  : link_(on), run_id_(run_id) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    give_up("no pair of sockets");
  link_.assign({}, ends[0]);
  const keeper::descriptor theirs(ends[1]);
  server_ = start(theirs.get());
  listen();
}

stdio_client::~stdio_client() {
  link_.close();
  ended(server_);
}

void stdio_client::begin(std::function<void()> then) {
  ask(first_request(), [this, then = std::move(then)](std::string_view line) {
    if (line.find("serverInfo") == std::string_view::npos)
      give_up("no welcome: " + std::string(line.substr(0, 500)));
    say(first_notification(), then);
  });
}

void stdio_client::call(std::function<void()> then) {
  ask(call_of(++asked_, run_id_), [then = std::move(then)](std::string_view line) {
    if (!answers_call(line))
      give_up("a call failed: " + std::string(line.substr(0, 500)));
    then();
  });
}

void stdio_client::ask(const json& what, std::function<void(std::string_view)> then) {
  then_ = std::move(then);
  say(what, [] {});
}

void stdio_client::say(const json& what, std::function<void()> then) {
  said_ = print_json(what) + "\n";
  boost::asio::async_write(
    link_,
    boost::asio::buffer(said_),
    [then = std::move(then)](boost::system::error_code bad, std::size_t) {
      if (bad)
        give_up("a stdio server is gone: " + bad.message());
      then();
    });
}

void stdio_client::listen() {
  link_.async_read_some(
    boost::asio::buffer(piece_), [this](boost::system::error_code bad, std::size_t n) {
      if (bad)
        give_up("a stdio server is gone: " + bad.message());
      lines_.push({piece_.data(), n});
      for (line_splitter::line line{}; lines_.next(line);)
        if (const auto then = std::exchange(then_, nullptr))
          then(line.text);
      listen();
    });
}

} // namespace troupe::stress
