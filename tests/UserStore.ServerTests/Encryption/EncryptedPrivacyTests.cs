using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.Privacy;
using UserStore.Replication;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>Export, restriction and erasure of users with encrypted values, and what is left of users who expire.</summary>
public sealed class EncryptedPrivacyTests : EncryptionTest
{
    private DynamoDbUserPrivacy<Patient> Privacy => new(Client, Options, Stores.Time);

    [Fact]
    public async Task An_export_has_the_values_and_not_the_data_key()
    {
        await Store.CreateAsync(Patient.New(1));

        string json = await ExportAsync("fake-1");

        json.Should().Contain("Fake diagnosis 1").And.Contain("fake-insurance-1").And.Contain("fake-pollen").And.NotContain("wrapped_key");
    }

    [Fact]
    public async Task A_restricted_user_is_read_exported_and_released_with_the_values()
    {
        Patient created = await Store.CreateAsync(Patient.New(1));

        await Privacy.RestrictAsync("fake-1");
        (await Store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
        (await Privacy.FindRestrictedAsync("fake-1")).Should().BeEquivalentTo(created, Unversioned);
        (await ExportAsync("fake-1")).Should().Contain("Fake diagnosis 1");
        Func<Task> patch = () => Store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Diagnosis, "Other"));
        await patch.Should().ThrowAsync<UserRestrictedException>();
        Func<Task> taken = () => Store.CreateAsync(Patient.New(2) with { Insurance = "fake-insurance-1" });
        await taken.Should().ThrowAsync<UserValueInUseException>();

        await Privacy.ReleaseAsync("fake-1");
        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(created, Unversioned);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erasure_deletes_the_data_key_and_makes_backups_unreadable(bool isWrapperDown)
    {
        await Store.CreateAsync(Patient.New(1));
        Dictionary<string, AttributeValue> backup = await ReadAsync("fake-1");
        Dictionary<string, AttributeValue> key = await ReadItemAsync(DataKeys, RowOf("fake-1"));
        Wrapper.Before = isWrapperDown ? _ => throw new InvalidOperationException("Fake outage.") : null;

        UserErasureReceipt receipt = await Privacy.EraseAsync("fake-1");

        (await ScanAsync(DataKeys)).Should().BeEmpty();
        (await ScanAsync(Reservations)).Should().BeEmpty();
        (await Privacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().BeEmpty();
        await Server.Client.PutItemAsync(Users, backup);
        Func<Task> read = () => Store.FindAsync("fake-1", ReadConsistency.Strong);
        await read.Should().ThrowAsync<UserStoreSchemaException>("the process has dropped the key");
        await Server.Client.PutItemAsync(DataKeys, key);
        (await Privacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Select(remnant => remnant.Kind).Should().Contain(
            [UserDataKind.User, UserDataKind.DataKey]);
        await Privacy.EraseRemnantsAsync().ReadAllAsync();
        (await Privacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_data_key_of_a_user_whom_time_to_live_deleted_is_erased_with_the_rest()
    {
        await Store.CreateAsync(Patient.New(1));
        await Server.Client.DeleteItemAsync(Users, new() { ["Id"] = new("fake-1") });

        await Privacy.EraseAsync("fake-1");

        (await ScanAsync(DataKeys)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_cleanup_deletes_the_data_key_of_a_user_whom_time_to_live_deleted(bool isCreatedAgain)
    {
        Patient created = await Store.CreateAsync(Patient.New(1));
        await Server.Client.DeleteItemAsync(Users, new() { ["Id"] = new("fake-1") });
        if (isCreatedAgain)
            await Store.CreateAsync(Patient.New(1));
        var cleanup = new ReservationCleanup<Patient>(StoreConnection.WithoutLogging(Client, Options, Stores.Time));

        await cleanup.HandleAsync(new UserChange<Patient>
        {
            Kind = UserChangeKind.Removed,
            Key = "fake-1",
            OldUser = created,
            SequenceNumber = "1",
        });

        (await ScanAsync(DataKeys)).Should().HaveCount(isCreatedAgain ? 1 : 0);
        (await ScanAsync(Reservations)).Should().HaveCount(isCreatedAgain ? 2 : 0);
        if (isCreatedAgain)
            (await OtherProcess().FindAsync("fake-1"))!.Diagnosis.Should().StartWith("Fake diagnosis");
    }

    private async Task<string> ExportAsync(string id)
    {
        using var json = new MemoryStream();
        (await Privacy.ExportAsync(id, json)).Should().BeTrue();
        return Encoding.UTF8.GetString(json.ToArray());
    }

    private static FluentAssertions.Equivalency.EquivalencyAssertionOptions<Patient> Unversioned(
        FluentAssertions.Equivalency.EquivalencyAssertionOptions<Patient> options)
        => options.Excluding(user => user.Version).Excluding(user => user.ETag);
}
