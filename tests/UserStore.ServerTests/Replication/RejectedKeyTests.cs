using Functions;
using UserStore.Replication;

namespace UserStore.ServerTests.Replication;

/// <summary>Keys that users cannot take from their owners. Nothing is written.</summary>
public sealed class RejectedKeyTests : EmailReplicationTest
{
    private const int MaxUsers = 20;

    [Fact]
    public async Task An_owner_who_cannot_be_projected_is_named_and_keeps_the_item()
    {
        await CreateReplicatedAsync(2);
        await ExchangeAsync();
        UserChange<PlacedUser> change = (await NewChangesAsync()).Single(change => change.Key == "fake-2");
        UserReplicator<PlacedUser, UserByEmail> failing = NewReplicatorByEmail(
            user => user.UserId == "fake-1" ? throw new FormatException("no view") : ToView(user));

        UserProjectionException failed = (await failing.Invoking(one => one.HandleAsync(change)).Should().ThrowAsync<UserProjectionException>()).Which;

        (failed.Key.ToString(), failed.IsTransient).Should().Be(("fake-2", true));
        failed.Message.Should().Contain("'fake-1'").And.NotContain("@");
        failed.InnerException.Should().BeOfType<UserProjectionException>().Which.Key.ToString().Should().Be("fake-1");
        UserReplicationDrift drift = (await failing.RebuildUserAsync("fake-2"))!;
        drift.Failure.Should().BeOfType<UserProjectionException>().Which.Message.Should().Contain("'fake-1'");
        await ShouldBeUnchangedAsync(2);
    }

    [Fact]
    public async Task Two_users_with_the_same_key_are_rejected_and_nothing_is_overwritten()
    {
        await CreateReplicatedAsync(2);
        UserReplicator<PlacedUser, UserByEmail> colliding = NewReplicatorByEmail(user => ToView(user with { Email = EmailOf(1) }));
        await Users.UpdateAsync("fake-2", new UserPatch<PlacedUser>().Set(user => user.Name, "Ada Example"));
        UserChange<PlacedUser> change = (await NewChangesAsync()).Single();

        UserProjectionException failed = (await colliding.Invoking(one => one.HandleAsync(change)).Should().ThrowAsync<UserProjectionException>()).Which;

        failed.Message.Should().Contain("'fake-1'").And.Contain("Include the user's id in the key").And.NotContain("@");
        (await colliding.RebuildUserAsync("fake-2"))!.Failure.Should().BeOfType<UserProjectionException>();
        await ShouldBeUnchangedAsync(2);
    }

    [Fact]
    public async Task A_chain_that_ends_at_a_key_of_two_users_is_rejected_and_nothing_is_overwritten()
    {
        await CreateReplicatedAsync(3);
        await RotateEmailsAsync(1, 2, 3);
        await NewRecordsAsync(); // lost
        UserReplicator<PlacedUser, UserByEmail> colliding = NewReplicatorByEmail(
            user => ToView(user.UserId == "fake-3" ? user with { Email = EmailOf(3) } : user));

        UserReplicationDrift drift = (await colliding.RebuildUserAsync("fake-1"))!;

        drift.Failure.Should().BeOfType<UserProjectionException>().Which.Message.Should()
            .Contain("'fake-2'").And.Contain("'fake-3'").And.Contain("Include the user's id in the key");
        await ShouldBeUnchangedAsync(3);
    }

    [Fact]
    public async Task More_users_than_a_transaction_can_move_are_reported_and_nothing_is_changed()
    {
        await CreateReplicatedAsync(MaxUsers + 1);
        await RotateEmailsAsync([.. Enumerable.Range(1, MaxUsers + 1)]);
        UserChange<PlacedUser>[] changes = await NewChangesAsync();

        UserProjectionException failed = (await ByEmail.Invoking(one => one.HandleAsync(changes[^1]))
            .Should().ThrowAsync<UserProjectionException>()).Which;

        (failed.Key.ToString(), failed.IsTransient).Should().Be(("fake-21", true));
        failed.Message.Should().Contain("More than 20 users");
        (await ByEmail.RebuildUserAsync("fake-1"))!.Failure.Should().BeOfType<UserProjectionException>();
        await ShouldBeUnchangedAsync(MaxUsers + 1);

        foreach (UserChange<PlacedUser> change in changes) // each leaves its key before another user takes it
            await ByEmail.HandleAsync(change);
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_ring_that_is_too_large_is_repaired_by_rebuilds_after_one_of_its_items_was_deleted()
    {
        await CreateReplicatedAsync(2 * MaxUsers);
        await RotateEmailsAsync([.. Enumerable.Range(1, 2 * MaxUsers)]);
        await NewRecordsAsync(); // lost
        (await RebuildAsync()).Should().NotBeEmpty().And.OnlyContain(drift => drift.Failure is UserProjectionException);

        await Server.Client.DeleteItemAsync(EmailTarget, new() { ["email"] = new(EmailOf(1)) });
        for (int rebuild = 0; (await RebuildAsync()).Any(drift => drift.Failure is not null); rebuild++)
            rebuild.Should().BeLessThan(5);

        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task Items_that_exceed_a_transaction_together_are_reported_and_nothing_is_changed()
    {
        const int Count = 11;
        await CreateReplicatedAsync(Count);
        await RotateEmailsAsync([.. Enumerable.Range(1, Count)]);
        await NewRecordsAsync(); // lost
        UserReplicator<PlacedUser, UserByEmail> large = NewReplicatorByEmail(user => ToView(user with { Name = new string('n', 350_000) }));

        UserReplicationDrift drift = (await large.RebuildUserAsync("fake-1"))!;

        drift.Failure.Should().BeOfType<UserProjectionException>().Which.Message.Should().Contain("3670016 bytes");
        await ShouldBeUnchangedAsync(Count);
    }
}
