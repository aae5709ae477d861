using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>A response is lost, and other processes change, delete or recreate the user before the retry.</summary>
public sealed class OvertakenRetryTests : ProxyTest
{
    private const string Id = "fake-1";
    private const int MoreThanRemembered = 9;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static UserPatch<User> Birthday => new UserPatch<User>().Increment(user => user.Age, 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_replace_is_not_repeated_over_the_update_of_another(ClientKind client)
    {
        Options.UniqueEmails = false;
        await CreateStoreAsync(client);
        Wire.Next(WireFault.LostResponse, "PutItem");
        AfterNextFault(() => OtherProcess().UpdateAsync(Id, Birthday));

        BatchWriteResult<User> result = await new DynamoDbUserBatchWriter<User>(Connect(client), Options).ReplaceAsync([new User { UserId = Id, Age = 5 }]);

        result.Written.Should().Be(1);
        User stored = await OtherProcess().GetAsync(Id, ReadConsistency.Strong);
        (stored.Age, stored.Version).Should().Be((6, 2));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_create_is_recognized_after_more_writes_than_the_item_remembers(ClientKind client)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(client);
        Wire.Next(WireFault.LostResponse, "PutItem");
        AfterNextFault(async () =>
        {
            User created = (await OtherProcess().ListAsync().ReadAllAsync()).Single();
            for (int i = 0; i < MoreThanRemembered; i++)
                await OtherProcess().UpdateAsync(created.UserId, Birthday);
        });

        User user = await store.CreateAsync(new User { Name = "Fake", Age = 0 });

        (user.Name, user.Version).Should().Be(("Fake", 1));
        User stored = (await OtherProcess().ListAsync().ReadAllAsync()).Should().ContainSingle().Which;
        (stored.UserId, stored.Age, stored.Version).Should().Be((user.UserId, MoreThanRemembered, MoreThanRemembered + 1));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_patch_of_a_deleted_user_is_unknown_and_not_applied_to_the_user_who_took_the_id(ClientKind client)
        => await ShouldSpareRecreatedUserAsync(client, WireFault.LostResponse, skew: TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_patch_that_was_not_applied_is_not_applied_to_the_user_who_took_the_id(ClientKind client)
        => await ShouldSpareRecreatedUserAsync(client, WireFault.Reset, skew: TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_patch_is_not_applied_to_a_user_recreated_by_a_process_whose_clock_is_ahead(ClientKind client)
        => await ShouldSpareRecreatedUserAsync(client, WireFault.LostResponse, Hour);

    // The documented limit: nothing shows that the recreated user is younger than the patch.
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_patch_is_applied_to_a_user_recreated_by_a_process_whose_clock_is_behind(ClientKind client)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(client);
        await OtherProcess().CreateAsync(new User { UserId = Id, Age = 0 });
        Wire.Next(WireFault.LostResponse, "UpdateItem");
        AfterNextFault(() => RecreateAsync(OtherProcess(-Hour)));

        User patched = await store.UpdateAsync(Id, Birthday);

        (patched.Name, patched.Age, patched.Version).Should().Be(("Second", 1, 2), "it is applied once, but to the other user");
        (await OtherProcess().GetAsync(Id, ReadConsistency.Strong)).Should().Be(patched);
    }

    // A save replaces one revision only, so that no clock matters.
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_save_is_not_applied_to_a_user_recreated_by_a_process_whose_clock_is_behind(ClientKind client)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(client);
        User user = await OtherProcess().CreateAsync(new User { UserId = Id, Age = 0 });
        Wire.Next(WireFault.LostResponse, "UpdateItem");
        AfterNextFault(() => RecreateAsync(OtherProcess(-Hour)));

        Func<Task> save = () => store.UpdateAsync(user with { Age = 1 });

        (await save.Should().ThrowAsync<UserStoreException>()).Which.Should().Match(
            end => end is UserWriteOutcomeUnknownException || (client == ClientKind.Service && end is UserConflictException));
        (await OtherProcess().GetAsync(Id, ReadConsistency.Strong)).Age.Should().Be(0);
    }

    [Theory]
    [InlineData(ClientKind.UserStore, true)]
    [InlineData(ClientKind.UserStore, false)]
    [InlineData(ClientKind.Service, true)]
    [InlineData(ClientKind.Service, false)]
    public async Task A_delete_does_not_delete_the_user_who_took_the_id(ClientKind client, bool withEmail)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(client);
        User first = await OtherProcess().CreateAsync(new User { UserId = Id, Email = withEmail ? "a@example.test" : null });
        Wire.Next(WireFault.LostResponse, withEmail ? "TransactWriteItems" : "DeleteItem");
        AfterNextFault(() => OtherProcess().CreateAsync(new User { UserId = Id, Name = "Second" }));

        Func<Task<User?>> delete = () => store.DeleteAsync(Id);

        if (withEmail)
            (await delete()).Should().Be(first, "the token of the transaction shows that it was applied");
        else
            await delete.Should().ThrowAsync<UserWriteOutcomeUnknownException>("another process may have put a user in place of the first one");
        (await OtherProcess().GetAsync(Id, ReadConsistency.Strong)).Name.Should().Be("Second");
    }

    [Fact]
    public async Task A_patch_whose_condition_holds_is_applied_after_another_writer_overtook_it()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { Age = 1 });
        BeforeNext("UpdateItem", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Name, "Fake Other")));

        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1).OnlyIf(user => user.Age == 1));

        (patched.Age, patched.Name).Should().Be((2, "Fake Other"));
    }

    [Fact]
    public async Task The_id_of_a_save_exceeds_the_one_that_was_read_although_its_clock_is_behind()
    {
        await CreateStoreAsync();
        User created = await OtherProcess(TimeSpan.FromHours(1)).CreateAsync(FakeUsers.Create(1));

        await OtherProcess().UpdateAsync(created with { Name = "Fake Saved" });

        Dictionary<string, AttributeValue> item = (await ScanAsync(Table)).Single();
        string.CompareOrdinal(item["write_id"].S, item["write_id_2"].S).Should().BePositive();
    }

    private async Task ShouldSpareRecreatedUserAsync(ClientKind client, WireFault fault, TimeSpan skew)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(client);
        await OtherProcess().CreateAsync(new User { UserId = Id, Age = 0 });
        User? second = null;
        Wire.Next(fault, "UpdateItem");
        AfterNextFault(async () => second = await RecreateAsync(OtherProcess(skew)));

        Func<Task> patch = () => store.UpdateAsync(Id, Birthday);

        (await patch.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which.Key.ToString().Should().Be(Id);
        (await OtherProcess().GetAsync(Id, ReadConsistency.Strong)).Should().Be(second);
    }

    private static async Task<User> RecreateAsync(DynamoDbUserStore<User> other)
    {
        await other.DeleteAsync(Id);
        return await other.CreateAsync(new User { UserId = Id, Name = "Second", Age = 0 });
    }
}
