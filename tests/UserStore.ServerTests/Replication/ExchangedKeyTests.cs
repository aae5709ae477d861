using Functions;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests.Replication;

/// <summary>Users who take over each other's keys while the stream is not read.</summary>
public sealed class ExchangedKeyTests : EmailReplicationTest
{
    private const int MaxUsers = 20;

    [Fact]
    public async Task One_rebuild_repairs_two_users_who_exchanged_their_keys()
    {
        await CreateReplicatedAsync(2);
        await ExchangeAsync();
        await NewRecordsAsync(); // lost

        (await RebuildAsync()).Should().NotBeEmpty().And.OnlyContain(drift => drift.Failure == null);

        await ShouldConvergeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Rebuilding_either_of_two_users_who_exchanged_their_keys_repairs_both(int number)
    {
        await CreateReplicatedAsync(2);
        await ExchangeAsync();
        await NewRecordsAsync(); // lost

        (await ByEmail.RebuildUserAsync($"fake-{number}"))!.Failure.Should().BeNull();

        await ShouldConvergeAsync();
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public async Task The_records_of_an_exchange_succeed_in_every_order(params int[] order)
    {
        await CreateReplicatedAsync(2);
        await ExchangeAsync();
        IReadOnlyList<UserChangeRecord<PlacedUser>> records = await NewRecordsAsync();
        var dispatcher = new UserChangeDispatcher<PlacedUser>(
            Reader, [ByEmail], new UserChangeDispatchOptions { MaxAttempts = 1, MaxConcurrency = 1 });

        UserChangeBatchResult result = await dispatcher.DispatchAsync([.. order.Select(index => records[index])]);

        result.Failures.Should().BeEmpty();
        await ShouldConvergeAsync();
        foreach (UserChangeRecord<PlacedUser> late in records)
            await ByEmail.HandleAsync(late.Change!);
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task The_record_advances_the_guard_of_its_own_user_only()
    {
        await CreateReplicatedAsync(2);
        string former = (await GuardOfAsync(1))["sequence_number"].S;
        await ExchangeAsync();
        UserChange<PlacedUser> change = (await NewChangesAsync()).Single(change => change.UserId == "fake-2");

        await ByEmail.HandleAsync(change);

        Sent().Should().Equal(
            "TransactWriteItems", // the image
            "GetItem", "GetItem", "TransactWriteItems", // as the source holds the user
            "GetItem", "GetItem", "GetItem", "GetItem", "TransactWriteItems"); // the owner of the key, with the user
        await ShouldConvergeAsync();
        (await GuardOfAsync(2))["sequence_number"].S.Should().Be(change.SequenceNumber.PadLeft(40, '0'));
        (await GuardOfAsync(1))["sequence_number"].S.Should().Be(former);
        (await GuardOfAsync(1)).Should().ContainKey("read_at");
        (await GuardOfAsync(2)).Should().NotContainKey("read_at", "the source still holds what the change wrote");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(MaxUsers)]
    public async Task A_ring_of_users_is_moved_in_one_transaction(int count)
    {
        await CreateReplicatedAsync(count);
        await RotateEmailsAsync([.. Enumerable.Range(1, count)]);
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        Wire.Clear();

        (await ByEmail.RebuildUserAsync("fake-2"))!.Failure.Should().BeNull();

        Sent().Count(operation => operation == "TransactWriteItems").Should().Be(2, "the first attempt finds that the key is taken");
        await ShouldConvergeAsync();
        foreach (UserChange<PlacedUser> change in changes)
        {
            await ByEmail.HandleAsync(change);
            await ShouldConvergeAsync();
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public async Task A_ring_of_users_is_moved_by_the_stream(int count)
    {
        await CreateReplicatedAsync(count);
        await RotateEmailsAsync([.. Enumerable.Range(1, count)]);
        UserChange<PlacedUser>[] changes = await NewChangesAsync();

        await ByEmail.HandleAsync(changes[^1]);
        await ShouldConvergeAsync();
        foreach (UserChange<PlacedUser> change in changes.Reverse())
            await ByEmail.HandleAsync(change);

        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_chain_of_users_ends_at_a_free_key()
    {
        await CreateReplicatedAsync(4);
        await SetEmailAsync(4, "free@example.test");
        for (int number = 3; number >= 1; number--)
            await SetEmailAsync(number, EmailOf(number + 1));
        await NewRecordsAsync(); // lost

        (await ByEmail.RebuildUserAsync("fake-1"))!.Failure.Should().BeNull();

        await ShouldConvergeAsync();
        (await ScanAsync(EmailTarget)).Should().NotContain(item => item["email"].S == EmailOf(1), "the former key is free");
    }

    [Fact]
    public async Task An_owner_who_was_deleted_loses_the_item()
    {
        await CreateReplicatedAsync(2);
        await Users.DeleteAsync("fake-1");
        await SetEmailAsync(2, EmailOf(1));
        UserChange<PlacedUser>[] changes = await NewChangesAsync();

        await ByEmail.HandleAsync(changes[1]);

        await ShouldConvergeAsync();
        (await GuardOfAsync(1)).Should().ContainKey("expires_at").And.NotContainKey("target_key");
        await ByEmail.HandleAsync(changes[0]);
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task An_owner_who_has_no_item_any_more_loses_the_item()
    {
        await CreateReplicatedAsync(2);
        await Users.UpdateAsync("fake-1", new UserPatch<PlacedUser>().Remove(user => user.Email));
        await SetEmailAsync(2, EmailOf(1));
        UserChange<PlacedUser>[] changes = await NewChangesAsync();

        await ByEmail.HandleAsync(changes[1]);

        await ShouldConvergeAsync();
        (await GuardOfAsync(1)).Should().NotContainKey("expires_at").And.NotContainKey("target_key");
        await ByEmail.HandleAsync(changes[0]);
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task An_owner_who_cannot_be_projected_is_named_and_keeps_the_item()
    {
        await CreateReplicatedAsync(2);
        await ExchangeAsync();
        UserChange<PlacedUser> change = (await NewChangesAsync()).Single(change => change.UserId == "fake-2");
        UserReplicator<PlacedUser, UserByEmail> failing = NewReplicatorByEmail(
            user => user.UserId == "fake-1" ? throw new FormatException("no view") : ToView(user));

        UserProjectionException failed = (await failing.Invoking(one => one.HandleAsync(change)).Should().ThrowAsync<UserProjectionException>()).Which;

        (failed.UserId, failed.IsTransient).Should().Be(("fake-2", true));
        failed.Message.Should().Contain("'fake-1'").And.NotContain("@");
        failed.InnerException.Should().BeOfType<UserProjectionException>().Which.UserId.Should().Be("fake-1");
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

        (failed.UserId, failed.IsTransient).Should().Be(("fake-21", true));
        failed.Message.Should().Contain("More than 20 users");
        (await ByEmail.RebuildUserAsync("fake-1"))!.Failure.Should().BeOfType<UserProjectionException>();
        await ShouldBeUnchangedAsync(MaxUsers + 1);

        foreach (UserChange<PlacedUser> change in changes) // each leaves its key before another user takes it
            await ByEmail.HandleAsync(change);
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Users_who_change_during_an_exchange_are_read_again(int number)
    {
        await CreateReplicatedAsync(2);
        await ExchangeAsync();
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        UserReplicator<PlacedUser, UserByEmail> other = new(Server.Client, Options, new OtherProjection(), options: null, Stores.Time);
        int transactions = 0;
        Wire.BeforeRequest = async request =>
        {
            if (request.Operation != "TransactWriteItems" || ++transactions != 2)
                return;
            await SetEmailAsync(number, "other@example.test");
            foreach (UserChange<PlacedUser> change in (await NewChangesAsync()).Prepend(changes[0]))
                await other.HandleAsync(change);
        };

        (await ByEmail.RebuildUserAsync("fake-2"))?.Failure.Should().BeNull();

        foreach (UserChange<PlacedUser> change in changes)
            await ByEmail.HandleAsync(change);
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_lost_response_of_an_exchange_has_no_effect()
    {
        await CreateReplicatedAsync(3);
        await RotateEmailsAsync(1, 2, 3);
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        Wire.Every(1, WireFault.LostResponse, "TransactWriteItems");
        int lost = 0;
        Wire.AfterFault = _ =>
        {
            if (++lost == 3)
                Wire.Clear();
            return Task.CompletedTask;
        };

        await ByEmail.HandleAsync(changes[^1]);

        await ShouldConvergeAsync();
        Wire.Clear();
        Wire.Every(2, WireFault.LostResponse);
        foreach (UserChange<PlacedUser> change in changes)
            await ByEmail.HandleAsync(change);
        Wire.Clear();
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task Rebuilds_and_the_stream_move_users_at_the_same_time()
    {
        int[] numbers = [.. Enumerable.Range(1, 12)];
        await CreateReplicatedAsync(numbers.Length);
        var dispatcher = new UserChangeDispatcher<PlacedUser>(Reader, [ByEmail]);
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 5; round++)
        {
            random.Shuffle(numbers);
            foreach (int[] ring in numbers.Chunk(random.Next(2, 7)))
                await RotateEmailsAsync(ring);
            UserChangeRecord<PlacedUser>[] records = [.. await NewRecordsAsync()];

            Task<int> delivery = DeliverAsync(dispatcher, records);
            await Task.WhenAll(delivery, RebuildAsync(), RebuildAsync());

            await ShouldConvergeAsync();
        }
    }

    /// <summary>Two users exchange their emails: fake-1 takes a temporary one, fake-2 that of fake-1, fake-1 that of fake-2.</summary>
    private async Task ExchangeAsync()
    {
        await SetEmailAsync(1, "temporary@example.test");
        await SetEmailAsync(2, EmailOf(1));
        await SetEmailAsync(1, EmailOf(2));
        Wire.Clear();
    }

    private async Task ShouldBeUnchangedAsync(int count)
        => (await OwnersAsync()).Should().BeEquivalentTo(Enumerable.Range(1, count).ToDictionary(EmailOf, number => $"fake-{number}"));

    private sealed class OtherProjection : IUserProjection<PlacedUser, UserByEmail>
    {
        public UserByEmail? Project(PlacedUser user) => ToView(user);
    }
}
