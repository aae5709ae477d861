using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>Without its data key, a user cannot be read, but deleted.</summary>
public sealed class ErasedDataKeyTests : EncryptionTest
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        for (int number = 1; number <= 3; number++)
            await Store.CreateAsync(Patient.New(number));
        await EraseKeyAsync("fake-2");
    }

    [Fact]
    public async Task Every_read_says_that_the_key_was_erased()
    {
        DynamoDbUserStore<Patient> store = OtherProcess();
        Func<Task>[] reads =
        [
            () => store.FindAsync("fake-2"),
            () => store.FindByAsync(user => user.Insurance, "fake-insurance-2", ReadConsistency.Strong),
            () => store.FindManyAsync(["fake-1", "fake-2"]).ReadAllAsync(),
            () => store.QueryAsync(new UserQuery<Patient>("ward-index", "ward-1")).ReadAllAsync(),
            () => store.ListAsync().ReadAllAsync(),
        ];
        foreach (Func<Task> read in reads)
        {
            UserStoreSchemaException thrown = (await read.Should().ThrowAsync<UserStoreSchemaException>()).Which;
            (thrown.Key.ToString(), thrown.WasApplied).Should().Be(("fake-2", false));
            thrown.Message.Should().Contain("the data key of the user was erased").And.NotContain("insurance-2");
        }
    }

    [Fact]
    public async Task Reads_of_many_users_report_it_and_continue()
    {
        DynamoDbUserStore<Patient> store = OtherProcess(options => options.UnreadableUsers = UnreadableUsers.Report);

        UserPage<Patient> page = await store.ListPageAsync();
        List<UserLookup<Patient>> lookups = await store.FindManyAsync(["fake-1", "fake-2"]).ReadAllAsync();

        page.Users.Select(user => user.Id).Should().BeEquivalentTo("fake-1", "fake-3");
        page.Unreadable.Should().ContainSingle().Which.Key.Should().Be((UserKey)"fake-2");
        lookups.Select(lookup => (lookup.User?.Id, lookup.Unreadable?.Key?.ToString())).Should().Equal(("fake-1", null), (null, "fake-2"));
    }

    [Fact]
    public async Task Updates_of_its_values_are_refused()
    {
        Patient read = (await Store.FindAsync("fake-2"))!; // by the key in memory

        Func<Task> save = () => OtherProcess().UpdateAsync(read with { Diagnosis = "New diagnosis" });
        Func<Task> patch = () => OtherProcess().UpdateAsync("fake-2", new UserPatch<Patient>().Set(user => user.Diagnosis, "New diagnosis"));

        (await save.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("was erased");
        (await patch.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("was erased");
        (await ScanAsync(DataKeys)).Should().HaveCount(2, "no new key makes a part of the values readable");
    }

    [Fact]
    public async Task A_patch_of_another_property_is_applied_and_says_that_the_user_cannot_be_read()
    {
        Func<Task> patch = () => OtherProcess().UpdateAsync("fake-2", new UserPatch<Patient>().Set(user => user.Visits, 7));

        (await patch.Should().ThrowAsync<UserStoreSchemaException>()).Which.WasApplied.Should().BeTrue();
        (await ReadAsync("fake-2"))["Visits"].N.Should().Be("7");
    }

    [Fact]
    public async Task The_user_can_be_deleted_and_releases_its_unique_values()
    {
        Func<Task> delete = () => OtherProcess().DeleteAsync("fake-2");

        (await delete.Should().ThrowAsync<UserStoreSchemaException>()).Which.WasApplied.Should().BeTrue();

        (await ReadAsync("fake-2")).Should().BeEmpty();
        (await ScanAsync(Reservations)).Should().HaveCount(4);
        Patient again = await Store.CreateAsync(Patient.New(2));
        (await OtherProcess().FindAsync("fake-2")).Should().BeEquivalentTo(again);
    }

    [Fact]
    public async Task The_user_can_be_deleted_in_a_batch()
    {
        var writer = new DynamoDbUserBatchWriter<Patient>(Client, NewProcessOptions(), Stores.Time);

        BatchWriteResult<UserKey> result = await writer.DeleteAsync(["fake-1", "fake-2"]);

        result.Written.Should().Be(2);
        (await ScanAsync(Reservations)).Should().HaveCount(2);
        (await ScanAsync(DataKeys)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_backup_of_a_deleted_user_cannot_be_read()
    {
        Dictionary<string, AttributeValue> backup = await ReadAsync("fake-1");
        await Store.DeleteAsync("fake-1");
        await Server.Client.PutItemAsync(Users, backup);

        Func<Task> read = () => Store.FindAsync("fake-1");
        Func<Task> readElsewhere = () => OtherProcess().FindAsync("fake-1");

        await read.Should().ThrowAsync<UserStoreSchemaException>("the process has dropped the key that it deleted");
        await readElsewhere.Should().ThrowAsync<UserStoreSchemaException>();
        await Store.CreateAsync(Patient.New(9)); // others are not affected
    }

    [Fact]
    public async Task A_user_who_was_created_again_does_not_make_values_from_before_readable()
    {
        Dictionary<string, AttributeValue> backup = await ReadAsync("fake-1");
        await Store.DeleteAsync("fake-1");
        await Store.CreateAsync(Patient.New(1));
        await Server.Client.PutItemAsync(Users, backup);

        Func<Task> read = () => OtherProcess().FindAsync("fake-1");

        (await read.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("is another one by now");
    }
}
