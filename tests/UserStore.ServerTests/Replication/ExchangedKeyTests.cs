using Functions;
using UserStore.Replication;

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
        UserChange<PlacedUser> change = (await NewChangesAsync()).Single(change => change.Key == "fake-2");

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
}
