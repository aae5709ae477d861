using System.Security.Cryptography;
using UserStore.DynamoDb;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>What calls cost in requests and calls of the wrapper, and what happens when the wrapper fails.</summary>
public sealed class DataKeyWrapperTests : EncryptionTest
{
    [Fact]
    public async Task Calls_send_the_documented_requests()
    {
        Patient user = await Store.CreateAsync(Patient.New(1));
        Sent().Should().Equal("TransactWriteItems");
        await Store.FindAsync("fake-1");
        Sent().Should().Equal("GetItem");
        user = await Store.UpdateAsync(user with { Diagnosis = "Other" });
        Sent().Should().Equal("UpdateItem");
        await Store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(patient => patient.Diagnosis, "Third"));
        Sent().Should().Equal("UpdateItem");
        await Store.FindByAsync(patient => patient.Insurance, "fake-insurance-1", ReadConsistency.Strong);
        Sent().Should().Equal("GetItem", "GetItem");
        await Store.ListPageAsync();
        Sent().Should().Equal("Scan");
        await Store.DeleteAsync("fake-1");
        Sent().Should().Equal("GetItem", "TransactWriteItems");
        Wrapper.Calls.Should().Be((1, 0), "the process knows the key that it has created");
    }

    [Fact]
    public async Task A_wrapper_that_cannot_wrap_makes_the_store_unavailable()
    {
        Wrapper.Before = _ => throw new CryptographicException("Fake problem.");

        Func<Task> create = () => Store.CreateAsync(Patient.New(1));

        (await create.Should().ThrowAsync<UserStoreUnavailableException>()).Which.IsTransient.Should().BeTrue();
        (await ScanAsync(Users)).Should().BeEmpty();
    }

    [Fact]
    public async Task Calls_without_the_data_key_in_memory_read_it()
    {
        for (int number = 1; number <= 3; number++)
            await OtherProcess().CreateAsync(Patient.New(number));
        UserStoreOptions options = NewProcessOptions();
        options.Privacy.DataKeyCacheDuration = TimeSpan.Zero;
        var store = new DynamoDbUserStore<Patient>(Client, options, Stores.Time);
        Wrapper.Clear();

        await store.FindAsync("fake-1");
        Sent().Should().BeEquivalentTo("GetItem", "GetItem");
        await store.UpdateAsync("fake-1", new UserPatch<Patient>().Increment(user => user.Visits, 1));
        Sent().Should().BeEquivalentTo("GetItem", "UpdateItem");
        await store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Diagnosis, "Other"));
        Sent().Should().Equal("GetItem", "UpdateItem");
        await store.ListPageAsync();
        Sent().Should().Equal("Scan", "BatchGetItem");
        await store.FindManyAsync(["fake-1", "fake-2", "fake-4"]).ReadAllAsync();
        Sent().Should().Equal("BatchGetItem", "BatchGetItem");
        await store.FindAsync("fake-4");
        Sent().Should().BeEquivalentTo("GetItem", "GetItem");
        Wrapper.Calls.Should().Be((0, 8));
    }

    [Fact]
    public async Task A_data_key_is_kept_for_the_duration_and_not_longer()
    {
        await OtherProcess().CreateAsync(Patient.New(1));
        UserStoreOptions options = NewProcessOptions();
        var store = new DynamoDbUserStore<Patient>(Client, options, Clock);
        await store.FindAsync("fake-1");
        await EraseKeyAsync("fake-1");

        Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        (await store.FindAsync("fake-1")).Should().NotBeNull();
        Clock.Advance(TimeSpan.FromTicks(1));
        Func<Task> read = () => store.FindAsync("fake-1");

        await read.Should().ThrowAsync<UserStoreSchemaException>();
    }

    [Fact]
    public async Task The_least_recently_used_data_key_is_dropped_first()
    {
        for (int number = 1; number <= 3; number++)
            await OtherProcess().CreateAsync(Patient.New(number));
        DynamoDbUserStore<Patient> store = OtherProcess(options => options.Privacy.DataKeyCacheSize = 2);
        await store.FindAsync("fake-1");
        await store.FindAsync("fake-2");
        await store.FindAsync("fake-1");
        await store.FindAsync("fake-3");
        Wrapper.Clear();

        await store.FindAsync("fake-1");
        await store.FindAsync("fake-3");
        Wrapper.Calls.Unwraps.Should().Be(0);
        await store.FindAsync("fake-2");
        Wrapper.Calls.Unwraps.Should().Be(1);
    }

    [Fact]
    public async Task A_wrapper_that_fails_is_a_transient_failure_before_anything_is_written()
    {
        Patient read = await OtherProcess().CreateAsync(Patient.New(1));
        await PutPlainAsync(4);
        Wrapper.Before = _ => throw new InvalidOperationException("Fake outage.");

        await ShouldAllFailAsync(read, "failed (InvalidOperationException)");

        Wrapper.Before = null;
        (await ScanAsync(Users)).Should().HaveCount(2);
        (await OtherProcess().FindAsync("fake-1"))!.Diagnosis.Should().StartWith("Fake diagnosis 1");
        Patient created = await Store.CreateAsync(Patient.New(2));
        created.Version.Should().Be(1);
    }

    [Fact]
    public async Task A_wrapper_that_does_not_respond_is_a_transient_failure()
    {
        Patient read = await OtherProcess().CreateAsync(Patient.New(1));
        await PutPlainAsync(4);
        var never = new TaskCompletionSource();
        Wrapper.Before = _ => never.Task; // ignores the token

        await ShouldAllFailAsync(read, "did not respond within 00:00:00.1000000");
    }

    [Fact]
    public async Task A_cancelled_call_does_not_wait_for_the_wrapper()
    {
        await OtherProcess().CreateAsync(Patient.New(1));
        using var stop = new CancellationTokenSource();
        Wrapper.Before = async _ =>
        {
            await stop.CancelAsync();
            await new TaskCompletionSource().Task;
        };
        DynamoDbUserStore<Patient> store = OtherProcess();

        Func<Task> find = () => store.FindAsync("fake-1", cancellationToken: stop.Token);
        Func<Task> create = () => store.CreateAsync(Patient.New(2), stop.Token);

        await find.Should().ThrowAsync<OperationCanceledException>();
        await create.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_user_can_be_deleted_while_the_wrapper_fails()
    {
        await OtherProcess().CreateAsync(Patient.New(1));
        Wrapper.Before = _ => throw new InvalidOperationException("Fake outage.");

        Func<Task> delete = () => OtherProcess().DeleteAsync("fake-1");

        (await delete.Should().ThrowAsync<UserStoreSchemaException>()).Which.WasApplied.Should().BeTrue();
        (await ScanAsync(Users)).Should().BeEmpty();
        (await ScanAsync(DataKeys)).Should().BeEmpty();
    }

    [Fact]
    public async Task Wrapping_keys_are_rotated()
    {
        byte[] old = [.. Enumerable.Repeat((byte)8, 32)], next = [.. Enumerable.Repeat((byte)9, 32)];
        Patient before = await OtherProcess().CreateAsync(Patient.New(1));

        Wrapper.Inner = new LocalDataKeyWrapper(next, old);
        Patient after = await OtherProcess().CreateAsync(Patient.New(2));
        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(before);
        (await OtherProcess().FindAsync("fake-2")).Should().BeEquivalentTo(after);

        Wrapper.Inner = new LocalDataKeyWrapper(next);
        (await OtherProcess().FindAsync("fake-2")).Should().BeEquivalentTo(after);
        Func<Task> read = () => OtherProcess().FindAsync("fake-1");
        Func<Task> patch = () => OtherProcess().UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Diagnosis, "Other"));
        (await read.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("the data key of the user cannot be unwrapped");
        (await patch.Should().ThrowAsync<UserStoreUnavailableException>()).Which.IsTransient.Should().BeFalse();
    }

    private async Task ShouldAllFailAsync(Patient read, string problem)
    {
        DynamoDbUserStore<Patient> store = OtherProcess(options => options.Retry.AttemptTimeout = TimeSpan.FromMilliseconds(100));
        Func<Task>[] calls =
        [
            () => store.CreateAsync(Patient.New(2)),
            () => store.FindAsync("fake-1"),
            () => store.FindManyAsync(["fake-1"]).ReadAllAsync(),
            () => store.ListPageAsync(),
            () => store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Diagnosis, "Other")),
            () => store.UpdateAsync("fake-4", new UserPatch<Patient>().Set(user => user.Diagnosis, "Other")),
            () => store.UpdateAsync(read with { Visits = 2 }),
        ];
        foreach (Func<Task> call in calls)
        {
            UserStoreUnavailableException thrown = (await call.Should().ThrowAsync<UserStoreUnavailableException>()).Which;
            thrown.IsTransient.Should().BeTrue();
            thrown.Message.Should().Contain("ObservedWrapper").And.Contain(problem).And.NotContain("fake-");
        }
    }
}
