using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>What another client does between two requests of one call: the conditions of the transactions keep users and reservations
/// together.</summary>
public sealed class EmailRaceTests : ServerTest
{
    private const string Old = "old@example.test";
    private const string New = "new@example.test";

    [Fact]
    public async Task A_change_of_email_that_meets_a_delete_reserves_nothing()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        Meanwhile("TransactWriteItems", () => Other().DeleteAsync("fake-1"));
        Func<Task> replace = () => store.UpdateAsync(user with { Email = New });
        (await replace.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();

        await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        Meanwhile("TransactWriteItems", () => Other().DeleteAsync("fake-1"));
        Func<Task> patch = () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New));
        await patch.Should().ThrowAsync<UserNotFoundException>();

        (await ReservationsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_change_of_email_that_meets_a_deletion_and_creation_anew_is_refused_or_applied_to_the_new_user_as_a_whole()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        Meanwhile("TransactWriteItems", RecreateAsync);
        Func<Task> replace = () => store.UpdateAsync(user with { Email = New });
        (await replace.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(1);
        (await ReservationsAsync()).Should().BeEquivalentTo([("third@example.test", "fake-1")]);

        Meanwhile("TransactWriteItems", RecreateAsync);
        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New));
        (patched.Name, patched.Version).Should().Be(("Fake Third", 2));
        (await ReservationsAsync()).Should().BeEquivalentTo([(New, "fake-1")]);

        async Task RecreateAsync()
        {
            await Other().DeleteAsync("fake-1");
            await Other().CreateAsync(new User { UserId = "fake-1", Email = "third@example.test", Name = "Fake Third" });
        }
    }

    [Fact]
    public async Task A_patch_of_the_email_loses_nothing_that_others_write_meanwhile()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Old, Age = 1 });
        Meanwhile("TransactWriteItems", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 10)));

        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New).Increment(u => u.Age, 100));

        (patched.Age, patched.Email, patched.Version).Should().Be((111, New, 3));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(patched);
    }

    [Fact]
    public async Task A_patch_of_the_email_releases_the_one_that_another_client_set_meanwhile()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        Meanwhile("TransactWriteItems", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, "third@example.test")));

        await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, New));

        (await ReservationsAsync()).Should().BeEquivalentTo([(New, "fake-1")]);
    }

    [Fact]
    public async Task A_taking_of_an_expired_users_email_that_meets_its_extension_is_refused()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        DateTimeOffset expiry = Clock.GetUtcNow().AddSeconds(5);
        await store.CreateAsync(new User { UserId = "fake-1", Email = Old, ExpiresAt = expiry });
        var slow = new DynamoDbUserStore<User>(Client, Options, new FakeClock(expiry.AddSeconds(-1)));
        Clock.Advance(TimeSpan.FromSeconds(5));
        int transactions = 0;
        Wire.BeforeRequest = async request =>
        {
            // The first transaction finds the reservation, the second takes it over.
            if (request.Operation == "TransactWriteItems" && ++transactions == 2)
                await slow.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.ExpiresAt, expiry.AddDays(1)));
        };

        Func<Task> create = () => store.CreateAsync(new User { UserId = "fake-2", Email = Old });

        (await create.Should().ThrowAsync<EmailAlreadyInUseException>()).Which.OwnerUserId.Should().Be("fake-1");
        (await store.FindByEmailAsync(Old, ReadConsistency.Strong))!.UserId.Should().Be("fake-1");
        (await store.FindAsync("fake-2", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task An_extension_by_a_slow_clock_after_the_email_was_taken_finds_nobody()
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
    public async Task Of_two_who_take_over_an_invalid_reservation_one_succeeds()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await ReserveAsync(Old, "fake-gone");
        Meanwhile("GetItem", () => Other().CreateAsync(new User { UserId = "fake-2", Email = Old }));

        Func<Task> create = () => store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        (await create.Should().ThrowAsync<EmailAlreadyInUseException>()).Which.OwnerUserId.Should().Be("fake-2");
        (await ReservationsAsync()).Should().BeEquivalentTo([(Old, "fake-2")]);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("with another email")]
    [InlineData("without email")]
    public async Task A_reservation_whose_holder_has_no_right_to_it_blocks_nobody(string holder)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        if (holder != "absent")
            await store.CreateAsync(new User { UserId = "fake-holder", Email = holder == "without email" ? null : "own@example.test" });
        await ReserveAsync(Old, "fake-holder");
        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().BeNull();

        User created = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });

        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().Be(created);
        (await store.FindAsync("fake-holder", ReadConsistency.Strong) is null).Should().Be(holder == "absent");
    }

    [Fact]
    public async Task A_strong_search_follows_an_email_that_moves_to_another_user_between_its_two_reads()
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
    public async Task A_delete_frees_only_what_is_reserved_for_the_user()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User holder = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        await Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-2"), ["email"] = new(Old), ["created_at"] = new("2026-01-01T00:00:00Z") });

        (await store.DeleteAsync("fake-2"))!.UserId.Should().Be("fake-2");

        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().Be(holder);
    }

    [Fact]
    public async Task A_change_of_email_frees_only_what_is_reserved_for_the_user()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User holder = await store.CreateAsync(new User { UserId = "fake-1", Email = Old });
        await Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-2"), ["email"] = new(Old), ["created_at"] = new("2026-01-01T00:00:00Z") });

        User changed = await store.UpdateAsync("fake-2", new UserPatch<User>().Set(user => user.Email, New));

        (await store.FindByEmailAsync(Old, ReadConsistency.Strong)).Should().Be(holder);
        (await store.FindByEmailAsync(New, ReadConsistency.Strong)).Should().Be(changed);
    }

    private Task ReserveAsync(string email, string userId)
        => Client.PutItemAsync(EmailsTable, new() { ["email"] = new(email), ["user_id"] = new(userId) });

    private async Task<IEnumerable<(string Email, string UserId)>> ReservationsAsync()
        => (await Client.ScanAsync(new ScanRequest { TableName = EmailsTable, ConsistentRead = true })).Items
            .Select(item => (item["email"].S, item["user_id"].S));
}
