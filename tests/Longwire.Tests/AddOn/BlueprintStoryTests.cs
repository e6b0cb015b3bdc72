using System.Text.Json.Nodes;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>What an automation of the blueprint does, with a patience of a minute: its own templates over our own messages.</summary>
[Trait("needs", "python3-jinja2")]
public sealed class BlueprintStoryTests
{
    private const string Entity = "binary_sensor.z_wave_connected";
    private const string Notification = "persistent_notification.create";
    private const string Phone = "notify.phone";
    private const string Restart = "hassio.addon_restart";

    private static readonly RadioSnapshot s_attached = Some.Radio;
    private static readonly RadioSnapshot s_lost = Some.Radio with { Status = RadioStatus.Unplugged };
    private static readonly RadioSnapshot s_detached = Some.Radio with { Status = RadioStatus.Detached, Wanted = false };

    [Fact]
    public async Task A_radio_that_is_lost_for_as_long_as_the_patience_is_told_with_its_explanation()
    {
        Played played = await Running().Hears(10, s_lost).PlayAsync(600);
        PlayedCall told = Assert.Single(played.Of(Notification));
        Assert.Equal((70, "Z-Wave is gone"), (told.At, told.Text("title")));
        Assert.Equal(StatusMeaning.Of(s_lost, Some.Pi).Explanation, told.Text("message"));
        Assert.Equal("longwire_binary_sensor_z_wave_connected", told.Text("notification_id"));
        Assert.Equal(70, Assert.Single(played.Of(Phone)).At);
        Assert.Equal("core_zwave_js", Assert.Single(played.Of(Restart)).Text("addon"));
        Assert.Empty(played.Failed);
    }

    [Fact]
    public async Task A_radio_that_is_back_sooner_is_not_told()
    {
        Assert.Empty((await Running().Hears(10, s_lost).Hears(69, s_attached).PlayAsync(600)).Done);
        Assert.Empty((await Running().HearsNoMore(10).Hears(69, s_attached).PlayAsync(600)).Done);
    }

    [Fact]
    public async Task A_radio_that_cannot_be_seen_is_told_in_words_that_say_where_to_look()
    {
        PlayedCall told = Assert.Single((await Running().HearsNoMore(10).PlayAsync(600)).Of(Notification));
        Assert.Equal(70, told.At);
        Assert.Equal("It cannot be seen, because Longwire, its machine or the broker is gone. Look there first.", told.Text("message"));
    }

    [Fact]
    public async Task A_stop_of_Longwire_is_told_as_what_cannot_be_seen()
    {
        RadioSnapshot stopped = Some.Radio with { Status = RadioStatus.Detached, Stopped = true };
        PlayedCall told = Assert.Single((await Running().Hears(10, stopped).HearsNoMore(11).PlayAsync(600)).Of(Notification));
        Assert.Equal(71, told.At);
    }

    [Fact]
    public async Task Lost_and_then_not_to_be_seen_is_told_when_the_patience_since_the_loss_is_over()
    {
        Played played = await Running().Hears(10, s_lost).HearsNoMore(40).PlayAsync(600);
        Assert.Equal(70, Assert.Single(played.Of(Notification)).At);
    }

    [Fact]
    public async Task Not_to_be_seen_and_then_lost_is_told_once()
    {
        Played played = await Running().HearsNoMore(10).Hears(40, s_lost).HearsNoMore(200).Hears(300, s_lost).PlayAsync(600);
        Assert.Equal(70, Assert.Single(played.Of(Notification)).At);
    }

    [Fact]
    public async Task A_radio_that_somebody_has_detached_is_not_told_not_even_when_it_cannot_be_seen_any_more()
    {
        Assert.Empty((await Running().Hears(10, s_detached).PlayAsync(600)).Done);
        Assert.Empty((await Running().Hears(10, s_detached).HearsNoMore(200).PlayAsync(600)).Done);
        Assert.Empty((await Running().Hears(10, s_lost).Hears(40, s_detached).HearsNoMore(50).PlayAsync(600)).Done);
        // As Longwire ends: the last that is seen is unknown, and still not wanted.
        RadioSnapshot stopped = s_detached with { Stopped = true };
        Assert.Empty((await Running().Hears(10, s_detached).Hears(200, stopped).HearsNoMore(201).PlayAsync(600)).Done);
    }

    [Fact]
    public async Task A_radio_that_is_wanted_again_and_does_not_come_is_told()
    {
        Assert.Equal(360, Assert.Single((await Running().Hears(10, s_detached).Hears(300, s_lost).PlayAsync(600)).Of(Phone)).At);
        Played unseen = await Running().Hears(10, s_detached).Hears(300, s_lost).HearsNoMore(330).PlayAsync(600);
        Assert.Equal(360, Assert.Single(unseen.Of(Phone)).At);
    }

    [Fact]
    public async Task What_a_person_has_renamed_is_told_by_the_persons_name()
    {
        var renamed = new PlayedAutomation(BlueprintTests.Blueprint, Inputs("binary_sensor.keller_stick_2"), "binary_sensor.keller_stick_2")
        {
            Device = new JsonObject { ["name"] = "Z-Wave", ["name_by_user"] = "Keller" },
        };
        Played played = await renamed.Hears(0, s_attached).Begins(1).Hears(500, s_lost).PlayAsync(1000);
        Assert.Equal("Keller is gone", Assert.Single(played.Of(Notification)).Text("title"));
        Assert.Equal(StatusMeaning.Of(s_lost, Some.Pi).Explanation, played.Of(Notification).Single().Text("message"));
    }

    [Fact]
    public async Task Beside_an_older_Longwire_a_loss_is_told_without_an_explanation()
    {
        var older = new PlayedAutomation(BlueprintTests.Blueprint, Inputs(Entity), Entity) { WithoutAttributes = true };
        Played played = await older.Hears(0, s_attached).Begins(1).Hears(500, s_lost).PlayAsync(1000);
        Assert.Equal("It is not connected.", Assert.Single(played.Of(Notification)).Text("message"));
    }

    [Fact]
    public async Task At_a_start_of_Home_Assistant_a_radio_that_is_there_or_comes_in_time_is_not_told()
    {
        Assert.Empty((await Starting().Hears(5, s_attached).PlayAsync(600)).Done);
        Assert.Empty((await Starting().Hears(5, s_lost).Hears(170, s_attached).PlayAsync(600)).Done);
        Assert.Empty((await Starting().Hears(170, s_attached).PlayAsync(600)).Done);
    }

    [Fact]
    public async Task At_a_start_of_Home_Assistant_a_radio_that_is_gone_is_told_once()
    {
        Assert.Equal(181, Assert.Single((await Starting().Hears(5, s_lost).PlayAsync(600)).Of(Phone)).At);
        Assert.Equal(181, Assert.Single((await Starting().PlayAsync(600)).Of(Phone)).At);
        // Seen there first: then the patience alone counts, and what the start still waits for is off.
        Assert.Equal(90, Assert.Single((await Starting().Hears(5, s_attached).Hears(30, s_lost).PlayAsync(600)).Of(Phone)).At);
    }

    [Fact]
    public async Task At_a_start_of_Home_Assistant_a_radio_that_somebody_has_detached_is_not_told()
    {
        Assert.Empty((await Starting().Hears(5, s_detached).PlayAsync(600)).Done);
        Assert.Empty((await Starting().Hears(5, s_detached).HearsNoMore(300).PlayAsync(600)).Done);
        // Within the patience of the start itself.
        Assert.Empty((await Starting().Hears(5, s_detached).HearsNoMore(150).PlayAsync(600)).Done);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("the Supervisor says no")]
    public async Task An_app_that_cannot_be_restarted_keeps_nothing_else_from_being_done(string how)
    {
        Dictionary<string, JsonNode> inputs = Inputs(Entity);
        inputs["notify"] = new JsonArray(Call(Phone), new JsonObject { ["delay"] = "00:00:10" }, Call(Phone));
        PlayedAutomation running = new PlayedAutomation(BlueprintTests.Blueprint, inputs, Entity).Hears(0, s_attached).Begins(1);
        Played played = await running.Fails(Restart, how).Hears(500, s_lost).PlayAsync(1000);
        Assert.Equal([Notification, Phone, Phone], played.Done.Select(call => call.Action));
        Assert.Equal($"{Restart}: {how}", Assert.Single(played.Failed));
    }

    [Fact]
    public async Task A_persons_action_that_fails_does_not_keep_the_app_from_being_restarted()
    {
        Played played = await Running().Fails(Phone, "wrong").Hears(10, s_lost).PlayAsync(600);
        Assert.Equal([Notification, Restart], played.Done.Select(call => call.Action));
    }

    [Fact]
    public async Task Without_an_app_and_actions_there_is_the_notification_alone()
    {
        var least = new PlayedAutomation(BlueprintTests.Blueprint, new() { ["connected"] = Entity }, Entity);
        Played played = await least.Hears(0, s_attached).Begins(1).Hears(500, s_lost).PlayAsync(1000);
        Assert.Equal([Notification], played.Done.Select(call => call.Action));
        Assert.Empty(played.Failed);
    }

    [Fact]
    public async Task Another_loss_is_told_although_a_persons_action_still_waits()
    {
        Dictionary<string, JsonNode> inputs = Inputs(Entity);
        inputs["notify"] = new JsonArray(Call(Phone), new JsonObject { ["delay"] = "01:00:00" });
        PlayedAutomation waiting = new PlayedAutomation(BlueprintTests.Blueprint, inputs, Entity).Hears(0, s_attached).Begins(1);
        Played played = await waiting.Hears(500, s_lost).Hears(600, s_attached).Hears(700, s_lost).PlayAsync(1000);
        Assert.Equal([560, 760], played.Of(Phone).Select(call => call.At));
    }

    // Its beginning is long past: nothing of it is left.
    private static PlayedAutomation Running() =>
        new PlayedAutomation(BlueprintTests.Blueprint, Inputs(Entity), Entity).Hears(-1000, s_attached).Begins(-999);

    private static PlayedAutomation Starting() =>
        new PlayedAutomation(BlueprintTests.Blueprint, Inputs(Entity), Entity).HearsNoMore(0).Begins(1);

    private static Dictionary<string, JsonNode> Inputs(string entity) => new()
    {
        ["connected"] = entity,
        ["app"] = "core_zwave_js",
        ["notify"] = new JsonArray(Call(Phone)),
    };

    private static JsonObject Call(string action) => new() { ["action"] = action };
}
