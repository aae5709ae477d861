using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;
using UserStore.Privacy;
using UserStore.Replication;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>Export, restriction and erasure of users with encrypted values, and what is left of users who expire.</summary>
public sealed class EncryptedPrivacyTests : EncryptionTest
{
    private DynamoDbUserPrivacy<Patient> Privacy => new(Client, Options, Stores.Time);

    // Of a process that knows no data key.
    private DynamoDbUserPrivacy<Patient> OtherPrivacy => new(Server.Client, NewProcessOptions(), Stores.Time);

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
    public async Task A_data_key_that_a_restored_table_has_of_an_erased_user_is_erased_again()
    {
        await Store.CreateAsync(Patient.New(1));
        await Store.CreateAsync(Patient.New(2));
        Dictionary<string, AttributeValue> key = await ReadItemAsync(DataKeys, RowOf("fake-1"));
        UserErasureReceipt receipt = await Privacy.EraseAsync("fake-1");
        await Server.Client.PutItemAsync(DataKeys, key);

        List<UserRemnant> found = await Privacy.EraseRemnantsAsync().ReadAllAsync();

        found.Should().ContainSingle().Which.Should().Match<UserRemnant>(
            remnant => remnant.Kind == UserDataKind.DataKey && remnant.IsErased && remnant.UserHash == receipt.UserHash);
        (await Privacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().BeEmpty();
        (await ScanAsync(DataKeys)).Should().ContainSingle("the other user keeps its own");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_export_without_the_data_key_names_the_attributes_that_it_lacks(bool isRestricted)
    {
        await Store.CreateAsync(Patient.New(1));
        if (isRestricted)
            await Privacy.RestrictAsync("fake-1");
        await EraseKeyAsync("fake-1");

        string json = await ExportAsync("fake-1", OtherPrivacy);

        JsonElement user = JsonDocument.Parse(json).RootElement.GetProperty("items").EnumerateArray()
            .Single(item => item.GetProperty("kind").GetString() == "user");
        user.GetProperty("erasedAttributes").EnumerateArray().Select(name => name.GetString()).Should().Contain(["Diagnosis", "insurance_number"]);
        user.GetProperty("attributes").GetProperty("Ward").GetString().Should().Be("ward-1");
        user.GetProperty("attributes").TryGetProperty("Diagnosis", out _).Should().BeFalse();
    }

    [Fact]
    public async Task The_audit_reserves_a_plain_value_of_a_restricted_user()
    {
        await PutPlainAsync(1);
        await Server.Client.PutItemAsync(Reservations, new() { ["reservation"] = new("9:insurance0:7:plain-1"), ["owner"] = new("fake-1") });
        await Privacy.RestrictAsync("fake-1");
        var audit = new DynamoDbUniqueValueAudit<Patient>(Client, Options, Stores.Time);

        await audit.RepairAsync().ReadAllAsync();

        Func<Task> create = () => Store.CreateAsync(Patient.New(2) with { Insurance = "plain-1" });
        (await create.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)"fake-1");
        await Privacy.ReleaseAsync("fake-1");
        (await Store.FindByAsync(user => user.Insurance, "plain-1", ReadConsistency.Strong))!.Id.Should().Be("fake-1");
        (await audit.CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_who_is_restricted_while_the_audit_reserves_its_plain_value_is_no_error()
    {
        for (int request = 1; request <= 6; request++)
        {
            await PutPlainAsync(request);
            int sent = 0;
            string id = $"fake-{request}";
            Wire.BeforeRequest = async _ =>
            {
                if (++sent == request)
                    await OtherPrivacy.RestrictAsync(id);
            };

            await new DynamoDbUniqueValueAudit<Patient>(Client, Options, Stores.Time).RepairAsync().ReadAllAsync();
        }
    }

    [Fact]
    public async Task A_user_whom_an_interrupted_erasure_left_restricted_is_restricted_wholly()
    {
        Patient created = await Store.CreateAsync(Patient.New(1));
        await Server.Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Users,
            Key = new() { ["Id"] = new("fake-1") },
            UpdateExpression = "SET restricted_item = :none",
            ExpressionAttributeValues = new() { [":none"] = new AttributeValue { M = [], IsMSet = true } },
        });

        await Privacy.RestrictAsync("fake-1");

        (await ReadAsync("fake-1")).Keys.Should().NotContain(["Ward", "Diagnosis"], "the user is in no index");
        await Privacy.ReleaseAsync("fake-1");
        (await Store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeEquivalentTo(created, Unversioned);
    }

    [Theory]
    [InlineData(nameof(Patient.Diagnosis))]
    [InlineData(nameof(Patient.Visits))]
    [InlineData(nameof(Patient.Insurance))]
    public async Task A_patch_without_a_response_of_a_user_who_is_restricted_before_the_retry_returns_the_values(string property)
    {
        await Store.CreateAsync(Patient.New(1));
        Wire.Next(WireFault.LostResponse, property == nameof(Patient.Insurance) ? "TransactWriteItems" : "UpdateItem");
        Wire.AfterFault = _ =>
        {
            Wire.AfterFault = null;
            return OtherPrivacy.RestrictAsync("fake-1");
        };

        Patient patched = await Store.UpdateAsync("fake-1", property switch
        {
            nameof(Patient.Diagnosis) => new UserPatch<Patient>().Set(user => user.Diagnosis, "Other"),
            nameof(Patient.Visits) => new UserPatch<Patient>().Increment(user => user.Visits, 1),
            _ => new UserPatch<Patient>().Set(user => user.Insurance, "other"),
        });

        patched.Allergies.Should().Equal(Patient.New(1).Allergies);
        (patched.Diagnosis == "Other" || patched.Visits == 2 || patched.Insurance == "other").Should().BeTrue();
    }

    [Fact]
    public async Task The_data_key_of_a_user_whose_key_an_item_of_another_kind_took_is_erased()
    {
        UserStoreOptions options = NewProcessOptions();
        options.Describe<Patient>(type => type.OnlyWhere(user => user.Ward == "user"));
        var store = new DynamoDbUserStore<Patient>(Server.Client, options, Stores.Time);
        await store.CreateAsync(Patient.New(1) with { Ward = "user" });
        await Server.Client.PutItemAsync(Users, new() { ["Id"] = new("fake-1"), ["Ward"] = new("order") });

        await new DynamoDbUserPrivacy<Patient>(Server.Client, options, Stores.Time).EraseAsync("fake-1");

        (await ScanAsync(DataKeys)).Should().BeEmpty();
        (await ReadAsync("fake-1")).Should().ContainKey("Ward", "the item of another kind is no user");
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

    private async Task<string> ExportAsync(string id, IUserPrivacy<Patient>? privacy = null)
    {
        using var json = new MemoryStream();
        (await (privacy ?? Privacy).ExportAsync(id, json)).Should().BeTrue();
        return Encoding.UTF8.GetString(json.ToArray());
    }

    private static FluentAssertions.Equivalency.EquivalencyAssertionOptions<Patient> Unversioned(
        FluentAssertions.Equivalency.EquivalencyAssertionOptions<Patient> options)
        => options.Excluding(user => user.Version).Excluding(user => user.ETag);
}
