using UserStore.Replication;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.Tests.Testing;

/// <summary>Faults, recorded calls and changes of the in-memory store, over one user type.</summary>
public abstract class InMemoryTypeTests<TUser>(UserKind<TUser> kind)
    where TUser : class
{
    private readonly InMemoryUserStore<TUser> _store = new(Options(kind));

    private UserKey Key => kind.KeyOf(kind.New(1));

    [Fact]
    public async Task Faults_and_recorded_calls_name_the_user_by_its_key()
    {
        _store.Faults.IsUnavailable = (_, key) => key == Key;
        Func<Task> create = () => _store.CreateAsync(kind.New(1));
        await create.Should().ThrowAsync<UserStoreUnavailableException>();
        _store.Faults.Clear();
        _store.Faults.LoseNextResponse();
        (await create.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which.Key.Should().Be(Key);

        (await _store.FindAsync(Key)).Should().NotBeNull();

        _store.Calls.Select(call => (call.Operation, call.Key, call.Error?.GetType())).Should().Equal(
            ("CreateAsync", Key, typeof(UserStoreUnavailableException)),
            ("CreateAsync", Key, typeof(UserWriteOutcomeUnknownException)),
            ("FindAsync", Key, null));
    }

    [Fact]
    public async Task Changes_are_kept_as_a_stream_would_contain_them()
    {
        await _store.CreateAsync(kind.New(1));
        await _store.UpdateAsync(Key, new UserPatch<TUser>().Set(kind.Name, "New"));
        await _store.DeleteAsync(Key);

        IReadOnlyList<UserChange<TUser>> changes = _store.TakeChanges();

        changes.Should().OnlyContain(change => change.Key == Key);
        changes.Select(change => (Name(change.OldUser), Name(change.NewUser))).Should().Equal((null, "Fake 1"), ("Fake 1", "New"), ("New", null));
        _store.TakeChanges().Should().BeEmpty();

        string? Name(TUser? user) => user is null ? null : kind.NameOf(user);
    }

    private static InMemoryUserStoreOptions Options(UserKind<TUser> kind)
    {
        var options = new InMemoryUserStoreOptions { RecordedCalls = 10 };
        if (kind.Describe is not null)
            options.Describe(kind.Describe);
        return options;
    }
}

public sealed class InMemoryAccountTests() : InMemoryTypeTests<Account>(UserKinds.Account);

public sealed class InMemoryMemberTests() : InMemoryTypeTests<Member>(UserKinds.Member);

public sealed class InMemoryVisitorTests() : InMemoryTypeTests<Visitor>(UserKinds.Visitor);

public sealed class InMemorySubscriberTests() : InMemoryTypeTests<Subscriber>(UserKinds.Subscriber);
