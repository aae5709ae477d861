using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;
using UserStore.Privacy;

namespace UserStore.ContractTests.Suites;

/// <summary>What is stored of a user is exported and erased as a whole, and an erased user does not come back.</summary>
public abstract class ErasureContract : Contract
{
    private const string Email = "erased@example.test";

    private static readonly byte[] HashKey = [.. Enumerable.Repeat((byte)7, 32)];

    private readonly StoreFactory _stores;
    private IUserStore<User> _store = null!;
    private IUserPrivacy<User> _privacy = null!;

    protected ErasureContract(StoreFactory stores)
        : base(stores)
    {
        _stores = stores;
        _stores.HashKey = HashKey;
    }

    public override async Task InitializeAsync()
    {
        _store = await CreateStoreAsync();
        _privacy = _stores.PrivacyOf(_store);
    }

    [Fact]
    public async Task An_erased_user_is_gone_and_its_values_are_free()
    {
        await _store.CreateAsync(NewUser());
        User other = await _store.CreateAsync(new User { UserId = "other", Email = "other@example.test" });

        UserErasureReceipt receipt = await _privacy.EraseAsync("1");

        receipt.Should().BeEquivalentTo(new { TableName = receipt.TableName, ErasedAt = Now });
        receipt.TombstoneExpiresAt.Should().BeCloseTo(Now.AddDays(40), TimeSpan.FromSeconds(1));
        receipt.ToString().Should().NotContain("erased@");
        (await _store.FindAsync("1", ReadConsistency.Strong)).Should().BeNull();
        (await _store.FindByEmailAsync(Email, ReadConsistency.Strong)).Should().BeNull();
        (await RemnantsAsync(receipt)).Should().BeEmpty();
        (await _store.CreateAsync(new User { UserId = "2", Email = Email })).Email.Should().Be(Email);
        (await _store.FindAsync("other", ReadConsistency.Strong)).Should().Be(other);
        await ShouldBeConsistentAsync(_store);
    }

    [Fact]
    public async Task No_user_with_the_key_can_be_created_before_the_tombstone_expires()
    {
        await _store.CreateAsync(NewUser());
        UserErasureReceipt receipt = await _privacy.EraseAsync("1");

        foreach (User again in new[] { NewUser(), new User { UserId = "1" } }) // with a unique value and without
        {
            Func<Task> create = () => _store.CreateAsync(again);
            UserErasedException refusal = (await create.Should().ThrowAsync<UserErasedException>()).Which;
            (refusal.Key, refusal.Until, refusal.IsTransient).Should().Be(((UserKey)"1", receipt.TombstoneExpiresAt, false));
        }

        (await _store.FindByEmailAsync(Email, ReadConsistency.Strong)).Should().BeNull();
        Clock.Advance(receipt.TombstoneExpiresAt - Now);
        await _store.CreateAsync(NewUser());
        (await RemnantsAsync(receipt)).Select(remnant => (remnant.UserHash, remnant.Kind)).Should().BeEquivalentTo(
            [(receipt.UserHash, UserDataKind.User), (receipt.UserHash, UserDataKind.Reservation)]);
    }

    [Fact]
    public async Task Batches_store_all_users_but_the_erased_ones()
    {
        await _privacy.EraseAsync("1");

        BatchWriteResult<User> created = await WriterOf(_store).CreateAsync([NewUser("0"), NewUser("1"), NewUser("2")]);

        created.Written.Should().Be(2);
        BatchItemFailure<User> failure = created.Failures.Should().ContainSingle().Which;
        (failure.Key, failure.Reason).Should().Be(((UserKey?)"1", BatchItemFailureReason.Rejected));
        failure.Error.Should().BeOfType<UserErasedException>();
        (await _store.FindAsync("1")).Should().BeNull();
        await ShouldBeConsistentAsync(_store);
    }

    [Fact]
    public async Task Users_that_are_overwritten_are_not_brought_back()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        await _stores.PrivacyOf(store).EraseAsync("1");

        BatchWriteResult<User> created = await WriterOf(store).CreateAsync([NewUser("0"), NewUser("1")]);
        BatchWriteResult<User> replaced = await WriterOf(store).ReplaceAsync([NewUser("0"), NewUser("1"), NewUser("2")]);

        created.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<UserErasedException>();
        replaced.Written.Should().Be(2);
        replaced.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<UserErasedException>();
        (await store.FindAsync("1")).Should().BeNull();
    }

    [Fact]
    public async Task A_repeated_erasure_has_the_time_of_the_first_one()
    {
        await _store.CreateAsync(NewUser());
        UserErasureReceipt first = await _privacy.EraseAsync("1");
        Clock.Advance(TimeSpan.FromDays(3));

        (await _privacy.EraseAsync("1")).Should().Be(first);
    }

    [Fact]
    public async Task An_absent_user_can_be_erased_and_an_expired_one()
    {
        await _store.CreateAsync(NewUser() with { ExpiresAt = Now.AddSeconds(5) });
        Clock.Advance(TimeSpan.FromMinutes(1));

        UserErasureReceipt[] receipts = [await _privacy.EraseAsync("1"), await _privacy.EraseAsync("absent")];

        (await RemnantsAsync(receipts)).Should().BeEmpty();
        await ShouldBeConsistentAsync(_store);
        Func<Task> create = () => _store.CreateAsync(new User { UserId = "absent" });
        await create.Should().ThrowAsync<UserErasedException>();
    }

    [Fact]
    public async Task Writers_of_a_user_that_is_erased_are_refused()
    {
        User user = await _store.CreateAsync(NewUser());
        await _privacy.EraseAsync("1");

        Func<Task> save = () => _store.UpdateAsync(user with { Name = "Fake Name" });
        Func<Task> patch = () => _store.UpdateAsync("1", new UserPatch<User>().Set(one => one.Name, "Fake Name"));
        Func<Task> change = () => _store.UpdateAsync("1", new UserPatch<User>().Set(one => one.Email, "changed@example.test"));

        (await save.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
        await patch.Should().ThrowAsync<UserNotFoundException>();
        await change.Should().ThrowAsync<UserNotFoundException>();
        (await _store.DeleteAsync("1")).Should().BeNull();
    }

    [Fact]
    public async Task A_user_that_is_written_meanwhile_is_erased_all_the_same()
    {
        const int Writers = 4;
        await _store.CreateAsync(NewUser());
        using var stop = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer, stop.Token))];

        UserErasureReceipt receipt = await _privacy.EraseAsync("1");

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        (await RemnantsAsync(receipt)).Should().BeEmpty();
        await ShouldBeConsistentAsync(_store);
    }

    [Fact]
    public async Task Concurrent_erasures_agree()
    {
        await _store.CreateAsync(NewUser());

        UserErasureReceipt[] receipts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _privacy.EraseAsync("1")));

        receipts.Distinct().Should().ContainSingle();
        (await RemnantsAsync(receipts)).Should().BeEmpty();
    }

    [Fact]
    public async Task Everything_that_is_stored_is_exported()
    {
        User user = await _store.CreateAsync(NewUser() with { Age = 36, Tags = ["a", "b"] });

        using JsonDocument export = (await ExportAsync("1"))!;

        export.RootElement.GetProperty("exportedAt").GetDateTimeOffset().Should().Be(Now);
        JsonElement[] items = [.. export.RootElement.GetProperty("items").EnumerateArray()];
        items.Select(item => item.GetProperty("kind").GetString()).Should().BeEquivalentTo("user", "reservation");
        JsonElement attributes = items.Single(item => item.GetProperty("kind").GetString() == "user").GetProperty("attributes");
        attributes.GetProperty("email").GetString().Should().Be(Email);
        JsonElement classifications = items.Single(item => item.TryGetProperty("classifications", out _)).GetProperty("classifications");
        classifications.EnumerateObject().Select(attribute => $"{attribute.Name}: {attribute.Value.EnumerateArray().Single()}").Should().Equal(
            "age: UserStore:Personal", "email: UserStore:Contact", "name: UserStore:Personal", "tags: UserStore:Personal", "user_id: UserStore:Identifier");
        attributes.GetProperty("age").GetInt32().Should().Be(36);
        attributes.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).Should().Equal("a", "b");
        attributes.GetProperty("created_at").GetDateTimeOffset().Should().Be(user.CreatedAt);
        items.Single(item => item.GetProperty("kind").GetString() == "reservation").GetProperty("attributes").GetProperty("owner").GetString()
            .Should().Be("1");
        (await ExportAsync("absent")).Should().BeNull();
    }

    [Fact]
    public async Task Users_with_keys_of_two_parts_and_sets_of_values_are_erased()
    {
        IUserStore<Member> store = await _stores.CreateAsync<Member>();
        IUserPrivacy<Member> privacy = _stores.PrivacyOf(store);
        await store.CreateAsync(new Member { Tenant = "a", Id = "1", Logins = ["first", "second"], Roles = ["admin"] });
        await store.CreateAsync(new Member { Tenant = "b", Id = "1", Logins = ["third"], Roles = ["admin"] });

        UserErasureReceipt receipt = await privacy.EraseAsync(UserKey.Of("a", "1"));

        (await store.FindAllByAsync(user => user.Roles, "admin").ReadAllAsync()).Should().ContainSingle().Which.Tenant.Should().Be("b");
        (await store.FindByAsync(user => user.Logins, "second")).Should().BeNull();
        (await store.FindByAsync(user => user.Logins, "third"))!.Tenant.Should().Be("b");
        (await privacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().BeEmpty();
        Func<Task> create = () => store.CreateAsync(new Member { Tenant = "a", Id = "1" });
        await create.Should().ThrowAsync<UserErasedException>();
    }

    [Fact]
    public async Task Without_a_hash_key_users_are_exported_but_not_erased()
    {
        _stores.HashKey = null;
        IUserStore<User> store = await CreateStoreAsync();
        IUserPrivacy<User> privacy = _stores.PrivacyOf(store);
        await store.CreateAsync(NewUser());

        Func<Task>[] calls =
        [
            () => privacy.EraseAsync("1"),
            () => privacy.VerifyErasedAsync([]).ReadAllAsync(),
            () => privacy.EraseRemnantsAsync().ReadAllAsync(),
        ];

        foreach (Func<Task> call in calls)
            await call.Should().ThrowAsync<InvalidOperationException>().WithMessage("*HashKey*");
        (await privacy.ExportAsync("1", Stream.Null)).Should().BeTrue();
        (await store.FindAsync("1")).Should().NotBeNull();
    }

    [Fact]
    public async Task Wrong_arguments_are_refused()
    {
        Func<Task>[] invalid =
        [
            () => _privacy.EraseAsync(""), () => _privacy.EraseAsync(UserKey.Of("1", "2")), () => _privacy.ExportAsync(new string('x', 2049), Stream.Null),
        ];
        foreach (Func<Task> call in invalid)
            await call.Should().ThrowAsync<InvalidUserException>();
        Func<Task> cancelled = () => _privacy.EraseAsync("2", new CancellationToken(canceled: true));
        await cancelled.Should().ThrowAsync<OperationCanceledException>();
    }

    private static User NewUser(string id = "1") => new() { UserId = id, Email = id == "1" ? Email : $"{id}@example.test", Name = "Fake User" };

    private Task<List<UserRemnant>> RemnantsAsync(params UserErasureReceipt[] receipts) => _privacy.VerifyErasedAsync(receipts).ReadAllAsync();

    private async Task WriteAsync(int writer, CancellationToken cancellationToken)
    {
        for (int i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            await Task.Yield(); // a store in memory completes each call at once
            try
            {
                await _store.UpdateAsync("1", new UserPatch<User>().Set(user => user.Email, $"{writer}-{i}@example.test"), CancellationToken.None);
            }
            catch (UserStoreException refusal) when (refusal is UserNotFoundException or UserRestrictedException)
            {
                return;
            }
            catch (UserStoreException overtaken) when (overtaken is UserConflictException or UserWriteOutcomeUnknownException or { IsTransient: true })
            {
                // Another writer was first.
            }
        }
    }

    private async Task<JsonDocument?> ExportAsync(UserKey key)
    {
        using var json = new MemoryStream();
        bool isStored = await _privacy.ExportAsync(key, json);
        (json.Length > 0).Should().Be(isStored);
        return isStored ? JsonDocument.Parse(Encoding.UTF8.GetString(json.ToArray())) : null;
    }

    /// <summary>A user with a key of two parts, a set of unique values and an indexed one.</summary>
    [DynamoDBTable("Members")]
    public sealed record Member
    {
        [DynamoDBHashKey("tenant")]
        public required string Tenant { get; init; }

        [DynamoDBRangeKey("id")]
        public required string Id { get; init; }

        [DynamoDBProperty("logins")]
        [Unique("login")]
        public HashSet<string>? Logins { get; init; }

        [DynamoDBProperty("roles")]
        [Indexed("role")]
        public HashSet<string>? Roles { get; init; }
    }
}
