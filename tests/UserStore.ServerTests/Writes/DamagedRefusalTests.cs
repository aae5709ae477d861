using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>Refusals with a damaged body are no verdict: the request is retried as after a lost response.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class DamagedRefusalTests : ProxyTest
{
    private static readonly int Count = TestVolume.Of(full: 250, usual: 12);
    private static readonly string[] WriteOperations = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

    // Each is refused: fake-1 is at version 2, and fake-2 has the email b@example.test. The stale user is fake-1 at version 1.
    private static readonly Dictionary<string, (string Operation, Func<IUserStore<User>, User, Task> Call, Type Refusal)> Refusals = new()
    {
        ["create of an existing user"] = (
            "PutItem", (store, _) => store.CreateAsync(new User { UserId = "fake-1" }), typeof(UserAlreadyExistsException)),
        ["create of an existing user with email"] = (
            "TransactWriteItems",
            (store, _) => store.CreateAsync(new User { UserId = "fake-1", Email = "c@example.test" }),
            typeof(UserAlreadyExistsException)),
        ["create with an email in use"] = (
            "TransactWriteItems",
            (store, _) => store.CreateAsync(new User { UserId = "fake-3", Email = "b@example.test" }),
            typeof(UserValueInUseException)),
        ["patch of a missing user"] = ("UpdateItem", (store, _) => store.UpdateAsync("none", Birthday), typeof(UserNotFoundException)),
        ["patch of an old version"] = ("UpdateItem", (store, _) => store.UpdateAsync("fake-1", Birthday.ExpectVersion(1)), typeof(UserConflictException)),
        ["patch with a condition"] = (
            "UpdateItem",
            (store, _) => store.UpdateAsync("fake-1", Birthday.OnlyIf(user => user.Name == "Other")),
            typeof(UserConditionFailedException)),
        ["patch of something else than a number"] = ("UpdateItem", (store, _) => store.UpdateAsync("fake-text", Birthday), typeof(InvalidUserException)),
        ["save of an old version"] = ("UpdateItem", (store, stale) => store.UpdateAsync(stale with { Age = 9 }), typeof(UserConflictException)),
        ["save of an email in use"] = (
            "TransactWriteItems",
            async (store, _) => await store.UpdateAsync(await store.GetAsync("fake-1", ReadConsistency.Strong) with { Email = "b@example.test" }),
            typeof(UserValueInUseException)),
        ["delete of an old version"] = ("DeleteItem", (store, stale) => store.DeleteUnchangedAsync(stale), typeof(UserConflictException)),
    };

    private static UserPatch<User> Birthday => new UserPatch<User>().Increment(user => user.Age, 1);

    public static TheoryData<string> RefusalNames => [.. Refusals.Keys];

    [Theory]
    [MemberData(nameof(RefusalNames))]
    public async Task A_damaged_refusal_is_retried_and_never_believed(string kind)
    {
        (string operation, Func<IUserStore<User>, User, Task> call, Type refusal) = Refusals[kind];
        DynamoDbUserStore<User> store = await CreateStoreAsync(ClientKind.UserStore);
        User stale = await OtherProcess().CreateAsync(new User { UserId = "fake-1", Name = "Fake", Age = 0 });
        await OtherProcess().CreateAsync(new User { UserId = "fake-2", Email = "b@example.test" });
        await OtherProcess().UpdateAsync("fake-1", Birthday);
        await Server.Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-text"), ["age"] = new("thirty") });
        List<Dictionary<string, AttributeValue>> before = await ScanAsync(Table);
        WireFault damaged = WireFault.DamagedResponse(TestSeed.NewRandom().Next());
        Sent();

        for (int i = 0; i < Count; i++)
        {
            Wire.Next(damaged, operation);
            UserStoreException end = (await FluentActions.Awaiting(() => call(store, stale)).Should().ThrowAsync<UserStoreException>()).Which;

            // The damaged attempt counts as one that may still arrive. Then the refusal is inside.
            (LossyStore.RefusalIn(end) ?? end).Should().BeOfType(refusal, "seed {0}", TestSeed.Value);
            Sent().Where(WriteOperations.Contains).Should().Equal([operation, operation], "seed {0}", TestSeed.Value);
        }

        (await ScanAsync(Table)).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task A_write_is_recognized_as_applied_although_the_refusal_of_its_retry_is_damaged()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(ClientKind.UserStore);
        await OtherProcess().CreateAsync(new User { UserId = "fake-1", Age = 0 });
        WireFault damaged = WireFault.DamagedResponse(TestSeed.NewRandom().Next());

        for (int i = 1; i <= Count; i++)
        {
            Wire.Next(WireFault.LostResponse, "UpdateItem");
            Wire.Next(damaged, "UpdateItem");
            (await store.UpdateAsync("fake-1", Birthday)).Age.Should().Be(i, "seed {0}", TestSeed.Value);
        }
    }
}
