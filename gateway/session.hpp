#pragma once

#include "actors/interfaces.hpp"
#include "actors/room.hpp"
#include "gateway/addresses.hpp"
#include "gateway/call_log.hpp"
#include "gateway/row.hpp"
#include "gateway/toolsets.hpp"
#include "mcp/conversation.hpp"
#include "protocol/hello.hpp"

#include <deque>
#include <map>
#include <set>

namespace troupe::mcp {

/// The same for every session of a door.
struct session_options {
  std::string toolsets{default_toolsets};       ///< For clients whose hello names none.
  std::size_t line_bytes_max = 4 * 1024 * 1024; ///< Where the room cuts lines.
  call_log log;
  std::shared_ptr<const seal> seals; ///< For what clients keep between rounds.
};

/// What a SESSION remembers. Its life: greeting (the first line is a hello), asking
/// (RUNS says whose process the client is; lines wait in order), serving. For some
/// their transport greets; of those RUNS is asked who came by TCP only. One that is
/// turned away answers what was asked with the reason and ends, which hangs up.
class session_state {
public:
  static inline const char* name = "session";
  static constexpr std::size_t waiting_max = 64;
  static constexpr std::chrono::seconds progress_period{20};
  static constexpr std::chrono::milliseconds news_period{250};
  static constexpr std::chrono::seconds identity_timeout{15};

  void begin(
    session_actor::pointer self,
    client_joined peer,
    room* outside,
    desk at,
    session_options options);

  void take(const client_said& said);
  void tick(std::uint64_t number);
  void changed(const run_changed& news);
  void left();

private:
  enum class phase : std::uint8_t { greeting, asking, serving, refused };

  /// What is being answered, for the log.
  struct open_work {
    supervision::moment since;
    std::shared_ptr<const request> asked;

    open_work(supervision::moment begun, std::shared_ptr<const request> what)
      : since(begun), asked(std::move(what)) {}
  };

  void greet(const client_said& said);
  [[nodiscard]] bool welcome(const hello& greeting);
  void ask_whose(const hello& greeting);
  void identified(const process_owner& owner);
  void refuse(std::string why);
  void turn_away(const client_said& said);
  void serve(const client_said& said);
  void obey(orders all);
  void start(std::uint64_t number, std::shared_ptr<const request> asked);
  void finish(std::uint64_t number, settlement given);
  void give_up(std::uint64_t number);
  void note(std::uint64_t number, std::string_view how, std::string output);
  void say(std::string message, const json& about);
  void watch();
  void tell_news();
  void log(const run_brief& run);
  void leave_if_done();

  session_actor::pointer self_ = nullptr;
  client_joined peer_;
  room* outside_ = nullptr;
  desk at_;
  session_options options_;
  phase phase_ = phase::greeting;
  std::string refusal_;
  std::deque<client_said> waiting_;
  caller who_;
  std::shared_ptr<const caller> shared_who_;
  std::shared_ptr<const offer> offered_;
  std::optional<conversation> conversation_;
  std::map<std::uint64_t, open_work> under_way_;
  std::map<std::string, address> watched_; ///< By URI.
  bool watches_lists_ = false;
  bool watches_all_ = false;                 ///< For the log.
  std::map<std::string, run_status> logged_; ///< What the log said last, by run.
  std::set<std::string> changed_;            ///< Of those; not told yet.
  bool list_changed_ = false;                ///< Not told yet.
  bool news_paused_ = false;                 ///< They were told a moment ago.
  bool left_ = false;
};

/// SESSION: speaks MCP with one client. Child of the GATEWAY, linked to it. Ends when
/// its client was turned away, or has left and all it asked is answered: a client that
/// says nothing more may still listen. Runs are never touched by that.
session_actor::behavior_type session(
  session_actor::stateful_pointer<session_state> self,
  client_joined peer,
  room* outside,
  desk at,
  session_options options);

} // namespace troupe::mcp
