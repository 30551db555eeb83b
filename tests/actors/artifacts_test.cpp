#include "actors/artifacts.hpp"
#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

result<event_artifact> slice(
  const json& data, const std::string& path, std::uint64_t offset, std::uint32_t n) {
  const json event{{"seq", 3}, {"data", data}};
  return slice_of(
    {print_json(event)}, {.seq = 3, .field_path = path, .offset = offset, .limit = n});
}

TEST(Artifact, IsTheBytesOfAFieldOnBordersOfCharacters) {
  const json data{{"text", "a\u00e4\u20acz"}};

  const auto first = slice(data, "/text", 0, 4);
  const auto rest = slice(data, "/text", *first->next_offset, 4);

  EXPECT_EQ(first->content, "a\u00e4");
  EXPECT_EQ(first->total_bytes, 7u);
  EXPECT_EQ(rest->content, "\u20acz");
  EXPECT_FALSE(rest->next_offset);
}

TEST(Artifact, IsTheJsonOfAnyOtherValue) {
  const json data{{"input", {{"a/b", {1, 2}}}}};

  EXPECT_EQ(slice(data, "/input/a~1b", 0, 100)->content, "[1,2]");
  EXPECT_EQ(slice(data, "", 0, 100)->content, R"({"input":{"a/b":[1,2]}})");
  EXPECT_EQ(slice(data, "", 0, 100)->form, artifact_form::value);
  EXPECT_EQ(slice(data, "/input/a~1b/1", 0, 4)->content, "2");
}

TEST(Artifact, IsRefusedWithWhatIsWrong) {
  const json data{{"text", "\u00e4"}, {"list", {1}}};
  const auto why = [&](const std::string& path, std::uint64_t offset) {
    const auto got = slice(data, path, offset, 4);
    return got ? "taken" : got.error().message;
  };

  EXPECT_THAT(why("/none", 0), HasSubstr("names nothing"));
  EXPECT_THAT(why("text", 0), HasSubstr("JSON Pointer"));
  EXPECT_THAT(why("/list/07", 0), HasSubstr("names nothing"));
  EXPECT_THAT(why("/list/99999999999999999999", 0), HasSubstr("names nothing"));
  EXPECT_THAT(why("/text", 1), HasSubstr("inside a character"));
  EXPECT_THAT(why("/text", 3), HasSubstr("has 2 bytes"));
  EXPECT_EQ(why("/text", 2), "taken");
}

struct artifact : one_run {
  result<event_artifact> get(json question) {
    return answer<event_artifact>(names, by_person<get_event_artifact>(question));
  }
};

TEST_F(artifact, IsReadOfARunThatLivesAndOfOneThatHasEnded) {
  const auto id = working();
  const std::string text(100'000, 'x');
  prints(json{{"type", "agent_message"}, {"text", text}});
  const auto seq = view(id).last_seq;
  const json wanted{
    {"run_id", id}, {"seq", seq}, {"field_path", "/text"}, {"limit", 99'999}};

  const auto live = get(wanted);
  completes(id);
  const auto ended = get(wanted);

  ASSERT_TRUE(live) << live.error().message;
  EXPECT_EQ(live->content.size(), 99'999u);
  EXPECT_EQ(live->next_offset, 99'999u);
  EXPECT_EQ(live->run_id, id);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->content, live->content);
}

TEST_F(artifact, IsRefusedForEventsThatAreNotThere) {
  const auto id = working();

  EXPECT_THAT(
    get({{"run_id", id}, {"seq", 99}}).error().message, HasSubstr("its last is"));
  EXPECT_EQ(get({{"run_id", id}, {"seq", 0}}).error().code, errc::not_found);
  EXPECT_THAT(
    get({{"run_id", id}, {"seq", 1}, {"limit", 3}}).error().message,
    HasSubstr("limit: must be 4"));
}

} // namespace
} // namespace troupe
