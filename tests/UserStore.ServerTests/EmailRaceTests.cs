using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>Writes of another client between two requests of one call: the conditions of the transactions keep users and reservations
/// consistent.</summary>
public sealed class EmailRaceTests : ServerTest
{
    private const string Old = "old@example.test";
    private const string New = "new@example.test";

    [Fact]
    public async Task A_change_of_email_that_conflicts_with_a_delete_reserves_nothing()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        BeforeNext("TransactWriteItems", () => Other().DeleteAsync("fake-1"));
        Func<Task> replace = () => store.UpdateAsync(user with { Email = New });
        (await replace.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();

        await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        BeforeNext("TransactWriteItems", () => Other().DeleteAsync("fake-1"));
        Func<Task> patch = () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New));
        await patch.Should().ThrowAsync<UserNotFoundException>();

        (await ReservationsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_change_of_email_that_encounters_a_recreated_user_does_not_change_it()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        BeforeNext("TransactWriteItems", RecreateAsync);
        Func<Task> replace = () => store.UpdateAsync(user with { Email = New });
        (await replace.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(1);
        (await ReservationsAsync()).Should().BeEquivalentTo([("third@example.test", "fake-1")]);

        BeforeNext("TransactWriteItems", RecreateAsync);
        Func<Task> patch = () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New));
        await patch.Should().ThrowAsync<UserNotFoundException>();
        (await ReservationsAsync()).Should().BeEquivalentTo([("third@example.test", "fake-1")]);

        async Task RecreateAsync()
        {
            await Other().DeleteAsync("fake-1");
            await Other().CreateAsync(new User { UserId = "fake-1", Email = "third@example.test", Name = "Fake Third" });
        }
    }

    [Fact]
    public async Task A_patch_of_the_email_preserves_concurrent_writes()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Old, Age = 1 });
        BeforeNext("TransactWriteItems", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 10)));

        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New).Increment(u => u.Age, 100));

        (patched.Age, patched.Email, patched.Version).Should().Be((111, New, 3));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(patched);
    }

    [Fact]
    public async Task A_patch_of_the_email_releases_the_email_that_another_client_set_concurrently()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        BeforeNext("TransactWriteItems", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, "third@example.test")));

        await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New));

        (await ReservationsAsync()).Should().BeEquivalentTo([(New, "fake-1")]);
    }

    [Fact]
    public async Task Reserving_the_email_of_an_expired_user_fails_when_its_expiry_is_extended_concurrently()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        DateTimeOffset expiry = Clock.GetUtcNow().AddSeconds(5);
        await store.CreateAsync(new User { UserId = "fake-1", Email = Old, ExpiresAt = expiry });
        var slow = new DynamoDbUserStore<User>(Client, Options, new FakeClock(expiry.AddSeconds(-1)));
        Clock.Advance(TimeSpan.FromSeconds(5));
        int transactions = 0;
        Wire.BeforeRequest = async request =>
        {
            // The first transaction finds the reservation, the second one claims it.
            if (request.Operation == "TransactWriteItems" && ++transactions == 2)
                await slow.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.ExpiresAt, expiry.AddDays(1)));
        };

        Func<Task> create = () => store.CreateAsync(new User { UserId = "fake-2", Email = Old });

        (await create.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.ToString().Should().Be("fake-1");
        (await store.FindByEmailAsync(Old, ReadConsistency.Strong))!.UserId.Should().Be("fake-1");
        (await store.FindAsync("fake-2", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task Extending_an_expired_user_with_a_slow_clock_fails_after_its_email_has_a_new_owner()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        DateTimeOffset expiry = Clock.GetUtcNow().AddSeconds(5);
        User expiring = await store.CreateAsync(new User { UserId = "fake-1", Email = Old, ExpiresAt = expiry });
        var slow = new DynamoDbUserStore<User>(Client, Options, new FakeClock(expiry.AddSeconds(-1)));
        Clock.Advance(TimeSpan.FromSeconds(5));
        await store.CreateAsync(new User { UserId = "fake-2", Email = Old });

        Func<Task> extend = () => slow.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.ExpiresAt, expiry.AddDays(1)));
        Func<Task> save = () => slow.UpdateAsync(expiring with { ExpiresAt = null });

        await extend.Should().ThrowAsync<UserNotFoundException>();
        await save.Should().ThrowAsync<UserConflictException>();
        (await ReservationsAsync()).Should().BeEquivalentTo([(Old, "fake-2")]);
    }

    [Fact]
    public async Task One_of_two_concurrent_claims_of_an_invalid_reservation_succeeds()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await ReserveAsync(Old, "fake-deleted");
        BeforeNext("GetItem", () => Other().CreateAsync(new User { UserId = "fake-2", Email = Old }));

        Func<Task> create = () => store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        (await create.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.ToString().Should().Be("fake-2");
        (await ReservationsAsync()).Should().BeEquivalentTo([(Old, "fake-2")]);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("with another email")]
    [InlineData("without email")]
    public async Task A_reservation_without_valid_owner_does_not_block_an_email(string owner)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        if (owner != "absent")
            await store.CreateAsync(new User { UserId = "fake-owner", Email = owner == "without email" ? null : "own@example.test" });
        await ReserveAsync(Old, "fake-owner");
        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().BeNull();

        User created = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().Be(created);
        (await store.FindAsync("fake-owner", ReadConsistency.Strong) is null).Should().Be(owner == "absent");
    }

    [Fact]
    public async Task A_strongly_consistent_search_follows_an_email_that_moves_to_another_user_between_its_two_reads()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User first = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        User second = await store.CreateAsync(new User { UserId = "fake-2" });
        int reads = 0;
        Wire.BeforeRequest = async request =>
        {
            if (request.Operation == "GetItem" && ++reads == 2)
            {
                await Other().UpdateAsync(first with { Email = null });
                second = await Other().UpdateAsync(second with { Email = Old });
            }
        };

        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().Be(second);
    }

    [Fact]
    public async Task A_delete_releases_only_a_reservation_of_the_user()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User owner = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        await Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-2"), ["email"] = new(Old), ["created_at"] = new("2026-01-01T00:00:00Z") });

        (await store.DeleteAsync("fake-2"))!.UserId.Should().Be("fake-2");

        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().Be(owner);
    }

    [Fact]
    public async Task A_change_of_email_releases_only_a_reservation_of_the_user()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User owner = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        await Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-2"), ["email"] = new(Old), ["created_at"] = new("2026-01-01T00:00:00Z") });

        User changed = await store.UpdateAsync("fake-2", new UserPatch<User>().Set(user => user.Email, New));

        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().Be(owner);
        (await store.FindByEmailAsync(New, ReadConsistency.Strong)).Should().Be(changed);
    }

    private Task ReserveAsync(string email, string userId)
        => Client.PutItemAsync(ReservationsTable, StoredReservations.ToItem(email, userId));

    private async Task<IEnumerable<(string Email, string UserId)>> ReservationsAsync()
        => (await Client.ScanAsync(new ScanRequest { TableName = ReservationsTable, ConsistentRead = true })).Items
            .Select(item => (StoredReservations.EmailIn(item), item["owner"].S));
}
