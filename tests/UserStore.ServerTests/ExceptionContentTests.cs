using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>No value of a user can be reached from an exception of the store, as a logger that stores the properties of exceptions does.</summary>
public sealed class ExceptionContentTests : ServerTest
{
    private const string Secret = "secret";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exceptions_of_refused_writes_contain_no_values_of_stored_users(bool uniqueEmails)
    {
        Options.UniqueEmails = uniqueEmails;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User first = await store.CreateAsync(NewUser(1));
        User second = await store.CreateAsync(NewUser(2) with { Email = null });
        User changed = await store.UpdateAsync(first with { Age = 1 });
        await store.UpdateAsync(second with { Age = 1 });

        List<Exception> thrown = await CatchAsync(
            () => store.CreateAsync(NewUser(1)),
            () => store.CreateAsync(NewUser(2) with { Email = null }),
            () => store.CreateAsync(NewUser(3) with { Email = first.Email }),
            () => store.UpdateAsync(first),
            () => store.UpdateAsync(second),
            () => store.UpdateAsync(first with { Email = "secret.new@example.test" }),
            () => store.UpdateAsync(changed with { UserId = "fake-9" }),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Name, Secret).ExpectVersion(1)),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Name, Secret).OnlyIf(user => user.Age == 5)),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Append(user => user.Tags, Secret).OnlyIf(user => user.Name == "x")),
            () => store.UpdateAsync("fake-2", new UserPatch<User>().Set(user => user.Email, first.Email).OnlyIf(user => user.Age == 1)),
            () => store.DeleteAsync("fake-1", expectedVersion: 1),
            () => store.DeleteUnchangedAsync(first),
            () => store.DeleteUnchangedAsync(second));
        BatchWriteResult<User> batch = await new DynamoDbUserBatchWriter<User>(Client, Options, Stores.Time).CreateAsync(
            [NewUser(1), NewUser(4), NewUser(2) with { Email = null }, NewUser(5) with { Email = first.Email }]);

        thrown.Should().HaveCountGreaterThan(uniqueEmails ? 12 : 8).And.Contain(exception => exception.InnerException != null);
        batch.Failures.Should().HaveCountGreaterThan(1);
        ShouldContainNoValues([.. thrown, .. batch.Failures.Select(failure => failure.Error!)]);
    }

    [Fact]
    public async Task Exceptions_of_failed_requests_contain_no_values_of_stored_users()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(NewUser(1));
        Options.Retry.Timeout = TimeSpan.Zero;
        var thrown = new List<Exception>();
        WireFault[] faults =
            [WireFault.LostResponse, WireFault.Throttle, WireFault.InternalServerError, WireFault.Reset, WireFault.TransactionConflict];
        foreach (WireFault fault in faults)
        {
            Wire.Every(1, fault);
            thrown.AddRange(await CatchAsync(
                () => store.FindAsync("fake-1"),
                () => store.ListAsync().ReadAllAsync(),
                () => store.UpdateAsync(user with { Age = 2 }),
                () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(each => each.Name, Secret)),
                () => store.CreateAsync(NewUser(2)),
                () => store.DeleteAsync("fake-1")));
        }

        thrown.Should().HaveCountGreaterThan(20);
        ShouldContainNoValues(thrown);
    }

    private static User NewUser(int number)
        => FakeUsers.Create(number) with { Email = $"secret.{number}@example.test", Name = Secret, Tags = [Secret], Age = 5 - number };

    private static async Task<List<Exception>> CatchAsync(params Func<Task>[] calls)
    {
        var thrown = new List<Exception>();
        foreach (Func<Task> call in calls)
        {
            try
            {
                await call();
            }
            catch (UserStoreException exception)
            {
                thrown.Add(exception);
            }
        }

        return thrown;
    }

    private static void ShouldContainNoValues(IReadOnlyList<Exception> exceptions)
        => exceptions.SelectMany(exception => ReachableText.Of(exception, exception.GetType().Name))
            .Where(found => found.Text.Contains(Secret, StringComparison.OrdinalIgnoreCase)).Should().BeEmpty();
}
