using System.Text;
using UserStore.Privacy;
using UserStore.Replication;

namespace UserStore.ContractTests.Suites;

/// <summary>A user whose processing is restricted is kept, and counts as absent until it is released.</summary>
public abstract class RestrictionContract : Contract
{
    private const string Email = "restricted@example.test";

    private readonly StoreFactory _stores;
    private IUserStore<User> _store = null!;
    private IUserPrivacy<User> _privacy = null!;

    protected RestrictionContract(StoreFactory stores)
        : base(stores)
    {
        _stores = stores;
        _stores.HashKey = [.. Enumerable.Repeat((byte)7, 32)];
        _stores.Stream = TableStreamViewType.NewAndOldImages;
    }

    public override async Task InitializeAsync()
    {
        _store = await CreateStoreAsync();
        _privacy = _stores.PrivacyOf(_store);
    }

    [Fact]
    public async Task No_read_finds_a_restricted_user()
    {
        User user = await CreateAsync();
        User other = await _store.CreateAsync(new User { UserId = "2" });

        await _privacy.RestrictAsync("1");

        foreach (ReadConsistency consistency in Enum.GetValues<ReadConsistency>())
        {
            (await _store.FindAsync("1", consistency)).Should().BeNull();
            (await _store.FindByEmailAsync(Email, consistency)).Should().BeNull();
            (await _store.FindManyAsync(["1", "2"], consistency).ReadAllAsync()).Select(lookup => lookup.User).Should().Equal(null, other);
        }

        (await _store.QueryByStatusAsync(UserStatus.Active).ReadAllAsync()).Should().Equal(other);
        (await _store.ListAsync().ReadAllAsync()).Should().Equal(other);
        (await _store.ListPageAsync()).Users.Should().Equal(other);
        (await _store.ListSegmentsAsync(new UserListOptions { TotalSegments = 2 }).ReadAllAsync()).SelectMany(page => page.Users).Should().Equal(other);
        User restricted = (await _privacy.FindRestrictedAsync("1"))!;
        restricted.Should().BeEquivalentTo(user, content => content.Excluding(one => one.Version));
    }

    [Fact]
    public async Task A_released_user_is_as_before()
    {
        User user = await CreateAsync();
        await _privacy.RestrictAsync("1");

        await _privacy.ReleaseAsync("1");

        User released = (await _store.FindAsync("1", ReadConsistency.Strong))!;
        released.Version.Should().Be(user.Version + 2);
        released.Should().BeEquivalentTo(user, content => content.Excluding(one => one.Version));
        await ShouldOwnEmailAsync(_store, Email, released);
        (await _store.QueryByStatusAsync(UserStatus.Active).ReadAllAsync()).Should().Equal(released);
        (await _privacy.FindRestrictedAsync("1")).Should().BeNull();
        (await _store.UpdateAsync(released with { Name = "Fake Name" })).Name.Should().Be("Fake Name");
        await ShouldBeConsistentAsync(_store);
    }

    [Fact]
    public async Task A_restricted_user_is_neither_changed_nor_deleted()
    {
        User user = await CreateAsync();
        await _privacy.RestrictAsync("1");
        User restricted = (await _privacy.FindRestrictedAsync("1"))!;

        Func<Task>[] writes =
        [
            () => _store.UpdateAsync(user with { Name = "Fake Name" }),
            () => _store.UpdateAsync(restricted with { Name = "Fake Name" }),
            () => _store.UpdateAsync(restricted with { Email = "changed@example.test" }),
            () => _store.UpdateAsync("1", new UserPatch<User>().Set(one => one.Name, "Fake Name")),
            () => _store.UpdateAsync("1", new UserPatch<User>().Increment(one => one.Age, 1)),
            () => _store.UpdateAsync("1", new UserPatch<User>().Set(one => one.Email, "changed@example.test")),
            () => _store.DeleteAsync("1"),
            () => _store.DeleteAsync("1", user.Version),
            () => _store.DeleteUnchangedAsync(user),
            () => _store.DeleteUnchangedAsync(restricted),
        ];

        foreach (Func<Task> write in writes)
            (await write.Should().ThrowAsync<UserRestrictedException>()).Which.Key.Should().Be((UserKey)"1");
        (await _privacy.FindRestrictedAsync("1")).Should().Be(restricted);
        BatchWriteResult<UserKey> deleted = await WriterOf(_store).DeleteAsync(["1"]);
        deleted.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<UserRestrictedException>();
    }

    [Fact]
    public async Task A_restricted_user_is_not_overwritten()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        await store.CreateAsync(NewUser());
        IUserPrivacy<User> privacy = _stores.PrivacyOf(store);
        await privacy.RestrictAsync("1");

        BatchWriteResult<User> replaced = await WriterOf(store).ReplaceAsync([NewUser(), NewUser() with { UserId = "2" }]);

        replaced.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<UserRestrictedException>();
        (await privacy.FindRestrictedAsync("1")).Should().NotBeNull();
    }

    [Fact]
    public async Task The_key_and_the_unique_values_stay_taken_also_after_the_expiry()
    {
        await _store.CreateAsync(NewUser() with { ExpiresAt = Now.AddMinutes(1) });
        await _privacy.RestrictAsync("1");
        Clock.Advance(TimeSpan.FromHours(1));

        Func<Task> sameKey = () => _store.CreateAsync(new User { UserId = "1" });
        Func<Task> sameEmail = () => _store.CreateAsync(new User { UserId = "2", Email = Email });

        (await sameKey.Should().ThrowAsync<UserAlreadyExistsException>()).WithMessage("*is restricted*release*");
        (await sameEmail.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)"1");
        await ShouldBeConsistentAsync(_store);
        (await _privacy.FindRestrictedAsync("1")).Should().NotBeNull();
        await _privacy.ReleaseAsync("1");
        (await _store.FindAsync("1", ReadConsistency.Strong)).Should().BeNull("it has expired");
        await _store.CreateAsync(new User { UserId = "2", Email = Email });
    }

    [Fact]
    public async Task Both_calls_can_be_repeated_and_need_a_user()
    {
        await CreateAsync();
        await _privacy.ReleaseAsync("1");
        await _privacy.RestrictAsync("1");
        await _privacy.RestrictAsync("1");
        (await _privacy.FindRestrictedAsync("1"))!.Version.Should().Be(2);

        Func<Task> restrict = () => _privacy.RestrictAsync("absent");
        Func<Task> release = () => _privacy.ReleaseAsync("absent");
        await restrict.Should().ThrowAsync<UserNotFoundException>();
        await release.Should().ThrowAsync<UserNotFoundException>();
        (await _privacy.FindRestrictedAsync("absent")).Should().BeNull();
        Func<Task>[] invalid = [() => _privacy.RestrictAsync(""), () => _privacy.ReleaseAsync(""), () => _privacy.FindRestrictedAsync("")];
        foreach (Func<Task> call in invalid)
            await call.Should().ThrowAsync<InvalidUserException>();
    }

    [Fact]
    public async Task A_restricted_user_is_exported_and_erased()
    {
        await CreateAsync();
        await _privacy.RestrictAsync("1");

        using var export = new MemoryStream();
        (await _privacy.ExportAsync("1", export)).Should().BeTrue();
        Encoding.UTF8.GetString(export.ToArray()).Should().Contain(Email).And.Contain("Fake User").And.Contain("\"reservation\"");
        UserErasureReceipt receipt = await _privacy.EraseAsync("1");

        (await _privacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().BeEmpty();
        (await _privacy.FindRestrictedAsync("1")).Should().BeNull();
        await _store.CreateAsync(new User { UserId = "2", Email = Email });
        await ShouldBeConsistentAsync(_store);
    }

    [Fact]
    public async Task Handlers_of_changes_receive_a_restriction_as_the_removal_of_the_user()
    {
        User user = await CreateAsync();
        await _privacy.RestrictAsync("1");
        await _privacy.ReleaseAsync("1");
        await _privacy.RestrictAsync("1");
        await _privacy.EraseAsync("1");

        IReadOnlyList<UserChange<User>> changes = await _stores.ReadChangesAsync(_store);

        changes.Select(change => change.Kind).Should().Equal(
            UserChangeKind.Inserted, UserChangeKind.Removed, UserChangeKind.Inserted, UserChangeKind.Removed);
        changes[1].OldUser.Should().Be(user);
        changes[2].NewUser!.Email.Should().Be(Email);
    }

    private static User NewUser() => new() { UserId = "1", Email = Email, Name = "Fake User", Age = 36, Tags = ["a"] };

    private Task<User> CreateAsync() => _store.CreateAsync(NewUser());
}
