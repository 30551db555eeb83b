#pragma once

#include "actors/inbox.hpp"
#include "actors/interfaces.hpp"
#include "actors/room.hpp"

#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>

namespace troupe {

struct post_setup {
  room* world = nullptr;
  journal_actor journal;
  registry_actor registry;
};

/// Keeps the inboxes that somebody uses, and gives what waits in them to the runs that
/// take turns. Of one inbox one thing is done after another. What it answers is on disk
/// first. Before a run is given a message it is written that it may have it, and each
/// run writes down what it took: so whoever comes after a death can find out.
class post_state {
public:
  static inline const char* name = "post";

  explicit post_state(post_actor::pointer self) : self_(self) {}

  void start(post_setup setup);

  caf::result<sent_message> post(const post_letter& order);
  caf::result<message_page> read(const read_inbox& question);
  void serve(const mail_wanted& who);
  void serve_no_more(const mail_unwanted& who);
  void stop(const stop_waiting& whose);
  caf::result<written> leave(const leave_inbox& last);
  void wake(std::uint64_t fired);

private:
  struct waiter {
    caf::typed_response_promise<message_page> answer;
    read_inbox question;
  };

  /// One thing to be done with an inbox; it ends with `done`.
  struct job {
    std::function<void()> act;
    std::function<void(error)> refuse;
  };

  struct box {
    std::optional<inbox> letters; ///< Once read from disk.
    std::list<job> jobs;          ///< Nothing while it is empty.
    bool busy = false;
    run_actor reader; ///< A live run that may be given turns.
    std::string reader_id;
    std::map<std::uint64_t, waiter> waiters;
  };

  void enqueue(const std::string& session_id, job what);
  void go_on(const std::string& session_id);
  void done(const std::string& session_id);
  inbox& letters(const std::string& session_id);
  void save(
    const std::string& session_id,
    std::function<void()> then,
    std::function<void(error)> failed);

  using afterwards = std::function<void()>;

  void add(const post_letter& order, caf::typed_response_promise<sent_message> answer);
  void
  take_in(const post_letter& order, caf::typed_response_promise<sent_message> answer);
  /// All that can be, now (post_delivery.cpp); then goes on with the next job.
  void deliver(const std::string& session_id, const afterwards& then);
  void give(const agent_letter& letter, const afterwards& then);
  void gave(const agent_letter& letter, const std::string& run_id, const afterwards&);
  void not_given(const agent_letter& letter, const error& why, const afterwards& then);
  void find_out(const store::kept_letter& one, const afterwards& then);
  void settled(const std::string& session_id, const afterwards& then);
  void let_go(const leave_inbox& last, caf::typed_response_promise<written> answer);
  void look(const waiter& reading);
  bool wait(const waiter& reading);
  void end_waits(const std::function<bool(const waiter&)>& which);
  void end_wait(std::uint64_t token);
  /// Clients that wait see what has come; an agent that does has read it then.
  void show(const std::string& session_id, const afterwards& then);
  [[nodiscard]] message_page
  page_for(const read_inbox& question, const inbox& letters) const;

  post_actor::pointer self_;
  post_setup setup_;
  std::map<std::string, box> boxes_; ///< By session.
  std::map<std::uint64_t, std::string> waiting_in_;
  std::uint64_t next_token_ = 0;
};

post_actor::behavior_type
post(post_actor::stateful_pointer<post_state> self, post_setup setup);

} // namespace troupe
