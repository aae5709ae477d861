using Functions;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests.Replication;

/// <summary>Changes that are read after the target was written as the source held the user.</summary>
public sealed class BacklogTests : EmailReplicationTest
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_backlog_of_a_rebuild_never_shows_an_older_state(bool isReplicated)
    {
        await Users.CreateAsync(NewUser(1) with { Name = "n0" });
        if (isReplicated)
            await HandleNewAsync();
        await RenameAsync("n1", "n2", "n3");
        (await RebuildAsync()).Should().ContainSingle().Which.Failure.Should().BeNull();
        (await NameAsync()).Should().Be("n3");

        UserChange<PlacedUser>[] backlog = await NewChangesAsync();
        foreach (UserChange<PlacedUser> change in backlog)
        {
            await ByEmail.HandleAsync(change);
            (await NameAsync()).Should().Be("n3", $"after {change}");
        }

        backlog.Should().HaveCount(isReplicated ? 3 : 4);
        await RenameAsync("n4");
        await HandleNewAsync();
        (await NameAsync()).Should().Be("n4");
        await ShouldConvergeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_user_who_was_deleted_before_a_rebuild_never_comes_back(int changesBeforeRebuild)
    {
        // Deleted and recreated: the unread changes may begin at any of these.
        PlacedUser user = await Users.CreateAsync(NewUser(1));
        await Users.UpdateAsync(user with { Name = "Ada Example" });
        await Users.DeleteAsync("fake-1");
        await Users.CreateAsync(NewUser(1));
        await Users.DeleteAsync("fake-1");
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        foreach (UserChange<PlacedUser> change in changes.Take(changesBeforeRebuild))
            await ByEmail.HandleAsync(change);

        await RebuildAsync();

        foreach (UserChange<PlacedUser> change in changes.Skip(changesBeforeRebuild))
        {
            await ByEmail.HandleAsync(change);
            (await OwnersAsync()).Should().BeEmpty($"after {change}");
        }

        (await GuardOfAsync(1)).Should().ContainKey("expires_at");
        await ShouldConvergeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_backlog_without_its_first_changes_never_brings_a_deleted_user_back(int lost)
    {
        await Users.CreateAsync(NewUser(1));
        await Users.DeleteAsync("fake-1");
        await Users.CreateAsync(NewUser(1));
        await Users.DeleteAsync("fake-1");

        foreach (UserChange<PlacedUser> change in (await NewChangesAsync()).Skip(lost))
        {
            await ByEmail.HandleAsync(change);
            (await OwnersAsync()).Should().BeEmpty($"after {change}");
        }
    }

    [Theory]
    [InlineData(UserChangeKind.Inserted)]
    [InlineData(UserChangeKind.Modified)]
    public async Task A_change_long_after_a_deletion_that_was_read_does_not_bring_the_user_back(UserChangeKind kind)
    {
        await Users.CreateAsync(NewUser(1));
        await Users.DeleteAsync("fake-1");
        await ByEmail.HandleAsync((await NewChangesAsync())[0]);
        Clock.Advance(TimeSpan.FromDays(1));
        PlacedUser user = await Users.CreateAsync(NewUser(1));
        await Users.UpdateAsync(user with { Name = "Ada Example" });
        await Users.DeleteAsync("fake-1");
        (await RebuildAsync()).Should().BeEmpty();

        await ByEmail.HandleAsync((await NewChangesAsync()).Single(change => change.Kind == kind) with { Timestamp = Clock.GetUtcNow() });

        (await OwnersAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_who_was_recreated_before_a_rebuild_stays()
    {
        await Users.CreateAsync(NewUser(1) with { Name = "n1" });
        await HandleNewAsync();
        await Users.DeleteAsync("fake-1");
        await Users.CreateAsync(NewUser(1) with { Name = "n2" });
        await RebuildAsync();

        foreach (UserChange<PlacedUser> change in await NewChangesAsync())
        {
            await ByEmail.HandleAsync(change);
            (await NameAsync()).Should().Be("n2", $"after {change}");
        }

        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_change_certainly_later_than_the_rebuild_is_one_transaction_again()
    {
        DateTimeOffset readAt = Clock.GetUtcNow();
        await Users.CreateAsync(NewUser(1) with { Name = "n0" });
        await RebuildAsync();
        await RenameAsync("n1", "n2", "n3", "n4");
        UserChange<PlacedUser>[] changes = [.. (await NewChangesAsync()).Skip(1)];
        Wire.Clear();

        Clock.Advance(TimeSpan.FromDays(1)); // the time of the change matters, not that of its delivery
        await ByEmail.HandleAsync(changes[0] with { Timestamp = readAt + Tolerance });
        Sent().Should().Equal("TransactWriteItems", "GetItem", "TransactWriteItems");
        (await NameAsync()).Should().Be("n4");
        readAt = Clock.GetUtcNow();
        (await GuardOfAsync(1))["read_at"].S.Should().Be($"{readAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}");

        await ByEmail.HandleAsync(changes[1] with { Timestamp = default });
        Sent().Should().Equal("TransactWriteItems", "GetItem", "TransactWriteItems");

        await ByEmail.HandleAsync(changes[2] with { Timestamp = readAt + Tolerance + TimeSpan.FromTicks(1) });
        Sent().Should().Equal("TransactWriteItems");
        (await GuardOfAsync(1)).Should().NotContainKey("read_at");

        await ByEmail.HandleAsync(changes[3]);
        Sent().Should().Equal("TransactWriteItems");
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task Frequent_changes_are_one_transaction_again_as_soon_as_the_backlog_is_read()
    {
        await Users.CreateAsync(NewUser(1));
        await RebuildAsync();
        await RenameAsync("n1");
        await HandleNewAsync();
        (await GuardOfAsync(1)).Should().NotContainKey("read_at", "the source still holds what the change wrote");

        await RenameAsync("n2");
        Wire.Clear();
        await HandleNewAsync();

        Sent().Should().Equal("TransactWriteItems");
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_change_of_a_user_without_a_guard_is_written_as_the_source_holds_the_user()
    {
        await Users.CreateAsync(NewUser(1) with { Name = "n0" });
        await RenameAsync("n1", "n2");
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        Wire.Clear();

        await ByEmail.HandleAsync(changes[1]);

        Sent().Should().Equal("TransactWriteItems", "GetItem", "GetItem", "TransactWriteItems");
        (await NameAsync()).Should().Be("n2");
        (await GuardOfAsync(1)).Should().ContainKey("read_at");
    }

    [Fact]
    public async Task A_late_change_of_a_deleted_user_whose_guard_has_expired_changes_nothing()
    {
        PlacedUser user = await Users.CreateAsync(NewUser(1));
        await Users.UpdateAsync(user with { Name = "Ada Example" });
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        await Users.DeleteAsync("fake-1");
        await HandleNewAsync();

        foreach (UserChange<PlacedUser> late in changes)
        {
            await Server.Client.DeleteItemAsync(EmailGuards, new() { ["user_id"] = new("fake-1") });
            await ByEmail.HandleAsync(late);
            (await OwnersAsync()).Should().BeEmpty();
        }

        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_user_who_cannot_be_read_from_the_source_is_reported()
    {
        await Users.CreateAsync(NewUser(1));
        UserChange<PlacedUser> change = (await NewChangesAsync()).Single();
        await Server.Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-1"), ["city"] = new() { M = [] } });

        (await ByEmail.Invoking(one => one.HandleAsync(change)).Should().ThrowAsync<UserStoreSchemaException>()).Which.Key.ToString().Should().Be("fake-1");

        (await OwnersAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_host_whose_clock_is_slow_shows_older_states_but_later_changes_correct_them()
    {
        var slow = new UserReplicator<PlacedUser, UserByEmail>(
            Client, Options, new Projection(ToView), options: null, new FakeClock(DateTimeOffset.UnixEpoch.AddYears(40)));
        await Users.CreateAsync(NewUser(1) with { Name = "n0" });
        await HandleNewAsync();
        await RenameAsync("n1", "n2");
        await slow.RebuildUserAsync("fake-1");

        await HandleNewAsync();

        (await NameAsync()).Should().Be("n2");
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task Lost_responses_have_no_effect()
    {
        PlacedUser user = await Users.CreateAsync(NewUser(1) with { Name = "n0" });
        user = await Users.UpdateAsync(user with { Name = "n1" });
        await Users.DeleteAsync("fake-1");
        await Users.CreateAsync(NewUser(1) with { Name = "n2" });
        await RebuildAsync();
        Wire.Every(2, WireFault.LostResponse);

        foreach (UserChange<PlacedUser> change in await NewChangesAsync())
        {
            await ByEmail.HandleAsync(change);
            (await NameAsync()).Should().Be("n2");
        }

        Wire.Clear();
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task Another_invocation_that_writes_the_user_in_between_is_noticed()
    {
        await Users.CreateAsync(NewUser(1) with { Name = "n0" });
        await RenameAsync("n1");
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        UserReplicator<PlacedUser, UserByEmail> other = OtherByEmail();
        BeforeNext("TransactWriteItems", async () =>
        {
            await RenameAsync("n2");
            foreach (UserChange<PlacedUser> change in changes.Concat(await NewChangesAsync()))
                await other.HandleAsync(change);
        });

        await ByEmail.HandleAsync(changes[0]);

        (await NameAsync()).Should().Be("n2");
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_user_who_is_deleted_after_the_source_was_read_does_not_come_back()
    {
        await Users.CreateAsync(NewUser(1));
        await Users.DeleteAsync("fake-1");
        await Users.CreateAsync(NewUser(1));
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        UserReplicator<PlacedUser, UserByEmail> other = OtherByEmail();
        BeforeNext("TransactWriteItems", async () =>
        {
            await Users.DeleteAsync("fake-1");
            await other.HandleAsync(changes[0]); // reads that there is no user
        });

        await ByEmail.HandleAsync(changes[2]);

        (await OwnersAsync()).Should().BeEmpty();
        await ShouldConvergeAsync();
    }

    private async Task RenameAsync(params string[] names)
    {
        foreach (string name in names)
            await Users.UpdateAsync("fake-1", new UserPatch<PlacedUser>().Set(user => user.Name, name));
    }

    private async Task<string?> NameAsync() => (await ScanAsync(EmailTarget)).Should().ContainSingle().Which.GetValueOrDefault("name")?.S;
}
