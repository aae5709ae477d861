using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>What the tables show of users with encrypted values, and what somebody who changes them achieves.</summary>
public sealed class EncryptedItemTests : EncryptionTest
{
    private static readonly string[] Secrets =
    [
        "Fake diagnosis", "Other diagnosis", "Third diagnosis", "fake-insurance", "other-insurance", "fake-badge",
        "pollen", "fake-language", "Fake note", "fake-note", "555-0100", "Faketown", "71.5", "1980",
        "fake-origin",
    ];

    [Fact]
    public async Task The_tables_contain_no_encrypted_value_in_plain()
    {
        Patient user = await Store.CreateAsync(Patient.New(1));
        user = await Store.UpdateAsync(user with { Diagnosis = "Other diagnosis", Insurance = "other-insurance" });
        await Store.UpdateAsync("fake-1", new UserPatch<Patient>()
            .Set(patient => patient.Diagnosis, "Third diagnosis").Set(patient => patient.Badges, ["fake-badge-7"]));
        await new DynamoDbUserBatchWriter<Patient>(Client, Options, Stores.Time).CreateAsync([Patient.New(2)]);

        foreach (string table in new[] { Users, Reservations, DataKeys })
        {
            string dump = await DumpAsync(table);
            dump.Should().NotBeEmpty();
            Secrets.Where(secret => dump.Contains(secret, StringComparison.OrdinalIgnoreCase)).Should().BeEmpty();
        }

        (await DumpAsync(DataKeys)).Should().NotContain("fake-1", "the key of a user can be an email");
        (await DumpAsync(Users)).Should().Contain("ward-1", "the dump shows what is not encrypted");
    }

    [Fact]
    public async Task The_same_value_has_another_ciphertext_each_time()
    {
        Patient user = await Store.CreateAsync(Patient.New(1));
        byte[] before = (await ReadAsync("fake-1"))["Diagnosis"].B.ToArray();

        await Store.UpdateAsync(user with { Visits = 2 });

        (await ReadAsync("fake-1"))["Diagnosis"].B.ToArray().Should().NotEqual(before);
    }

    [Fact]
    public async Task Two_items_do_not_show_that_their_users_have_the_same_value_in_different_scopes()
    {
        await Store.CreateAsync(Patient.New(1) with { Ward = "ward-1", Badges = ["same"] });
        await Store.CreateAsync(Patient.New(2) with { Ward = "ward-2", Badges = ["same"] });

        byte[][] hashes = [.. (await ScanAsync(Users)).Select(item => item["Badges"].B.ToArray()[6..38])];
        List<Dictionary<string, AttributeValue>> reservations = await ScanAsync(Reservations);

        hashes[0].Should().NotEqual(hashes[1]);
        reservations.Select(item => item["reservation"].S.Split(':')[^1]).Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("Diagnosis", "fake-2")]
    [InlineData("insurance_number", "fake-2")]
    public async Task A_value_of_another_user_is_detected(string attribute, string other)
    {
        await Store.CreateAsync(Patient.New(1));
        await Store.CreateAsync(Patient.New(2));

        await SetAsync("fake-1", attribute, (await ReadAsync(other))[attribute]);

        await ShouldBeUnreadableAsync("fake-1", attribute, "belongs to another user or attribute");
    }

    [Fact]
    public async Task A_value_of_another_attribute_is_detected()
    {
        await Store.CreateAsync(Patient.New(1));

        await SetAsync("fake-1", "Origin", (await ReadAsync("fake-1"))["Diagnosis"]);

        await ShouldBeUnreadableAsync("fake-1", "Origin", "belongs to another user or attribute");
    }

    [Fact]
    public async Task A_changed_or_truncated_value_is_detected()
    {
        await Store.CreateAsync(Patient.New(1));
        byte[] value = (await ReadAsync("fake-1"))["insurance_number"].B.ToArray();

        for (int position = 5; position < value.Length; position++)
        {
            byte[] changed = [.. value];
            changed[position] ^= 1;
            await SetAsync("fake-1", "insurance_number", new AttributeValue { B = new MemoryStream(changed) });
            await ShouldBeUnreadableAsync("fake-1", "insurance_number");
        }

        await SetAsync("fake-1", "insurance_number", new AttributeValue { B = new MemoryStream(value[..^1]) });
        await ShouldBeUnreadableAsync("fake-1", "insurance_number");
        await SetAsync("fake-1", "insurance_number", new AttributeValue { B = new MemoryStream(value[..40]) });
        await ShouldBeUnreadableAsync("fake-1", "insurance_number");
    }

    [Fact]
    public async Task The_data_key_of_another_user_is_detected()
    {
        await Store.CreateAsync(Patient.New(1));
        await Store.CreateAsync(Patient.New(2));
        Dictionary<string, AttributeValue> row = await ReadItemAsync(DataKeys, RowOf("fake-2"));

        row["id"] = RowOf("fake-1")["id"];
        await Server.Client.PutItemAsync(DataKeys, row);

        Func<Task> read = () => OtherProcess().FindAsync("fake-1");
        (await read.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("is another one by now");
    }

    [Fact]
    public async Task Plain_values_of_other_programs_are_read_and_encrypted_by_the_next_save()
    {
        await PutPlainAsync(1);

        Patient read = (await Store.FindAsync("fake-1"))!;
        Patient saved = await Store.UpdateAsync(read with { Visits = 5 });

        (read.Diagnosis, read.Age, read.Insurance, read.Scan).Should().BeEquivalentTo(("Plain diagnosis 1", (int?)44, "plain-1", new byte[] { 9, 8, 7 }));
        Dictionary<string, AttributeValue> item = await ReadAsync("fake-1");
        new[] { "Diagnosis", "Age", "insurance_number", "Scan" }.Should().OnlyContain(attribute => IsEncrypted(item, attribute));
        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(saved);
        (await Store.FindByAsync(user => user.Insurance, "plain-1", ReadConsistency.Strong)).Should().BeEquivalentTo(saved);
        Func<Task> taken = () => Store.CreateAsync(Patient.New(2) with { Insurance = "plain-1" });
        await taken.Should().ThrowAsync<UserValueInUseException>();
    }

    [Fact]
    public async Task A_patch_encrypts_what_it_sets_of_a_user_without_a_data_key()
    {
        await PutPlainAsync(1);

        Patient patched = await Store.UpdateAsync("fake-1", new UserPatch<Patient>()
            .Set(user => user.Diagnosis, "New diagnosis").Increment(user => user.Visits, 2));
        Dictionary<string, AttributeValue> item = await ReadAsync("fake-1");

        (patched.Diagnosis, patched.Age, patched.Visits).Should().Be(("New diagnosis", 44, 2));
        (IsEncrypted(item, "Diagnosis"), IsEncrypted(item, "Age")).Should().Be((true, false));
        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(patched);
        patched = await Store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Age, 45));
        patched.Should().BeEquivalentTo(await OtherProcess().FindAsync("fake-1"));
    }

    [Fact]
    public async Task The_audit_reserves_and_encrypts_plain_unique_values()
    {
        await PutPlainAsync(1);
        var audit = new DynamoDbUniqueValueAudit<Patient>(Client, Options, Stores.Time);

        List<UniqueValueFinding> found = [.. (await audit.CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings)];
        List<UniqueValueFinding> repaired = [.. (await audit.RepairAsync().ReadAllAsync()).SelectMany(page => page.Findings)];

        UniqueValueFinding finding = found.Should().ContainSingle().Which;
        (finding.Problem, finding.PropertyName, finding.Value!.Contains("plain", StringComparison.Ordinal))
            .Should().Be((UniqueValueProblem.UserWithoutReservation, nameof(Patient.Insurance), false));
        repaired.Should().ContainSingle().Which.IsRepaired.Should().BeTrue();
        IsEncrypted(await ReadAsync("fake-1"), "insurance_number").Should().BeTrue();
        (await Store.FindByAsync(user => user.Insurance, "plain-1", ReadConsistency.Strong))!.Id.Should().Be("fake-1");
        (await audit.CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task The_audit_withdraws_a_reservation_whose_owner_has_another_encrypted_value()
    {
        await Store.CreateAsync(Patient.New(1));
        Dictionary<string, AttributeValue> item = await ReadAsync("fake-1");
        await Store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Insurance, "new-insurance"));
        Dictionary<string, AttributeValue> changed = await ReadAsync("fake-1");
        changed["insurance_number"] = item["insurance_number"]; // a restored value
        await Server.Client.PutItemAsync(Users, changed);
        var audit = new DynamoDbUniqueValueAudit<Patient>(Client, Options, Stores.Time);

        List<UniqueValueFinding> repaired = [.. (await audit.RepairAsync().ReadAllAsync()).SelectMany(page => page.Findings)];

        repaired.Select(finding => (finding.Problem, finding.IsRepaired)).Should().BeEquivalentTo(
            [(UniqueValueProblem.UserWithoutReservation, true), (UniqueValueProblem.ReservationWithoutOwner, true)]);
        (await Store.FindByAsync(user => user.Insurance, "fake-insurance-1", ReadConsistency.Strong))!.Id.Should().Be("fake-1");
        (await Store.FindByAsync(user => user.Insurance, "new-insurance", ReadConsistency.Strong)).Should().BeNull();
    }

    private async Task ShouldBeUnreadableAsync(string id, string attribute, string message = "cannot be decrypted")
    {
        Func<Task> read = () => Store.FindAsync(id);
        UserStoreSchemaException thrown = (await read.Should().ThrowAsync<UserStoreSchemaException>()).Which;
        (thrown.Key.ToString(), thrown.AttributeName).Should().Be((id, attribute));
        thrown.Message.Should().Contain(message);
    }

    private Task SetAsync(string id, string attribute, AttributeValue value) => Server.Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = Users,
        Key = new() { ["Id"] = new(id) },
        UpdateExpression = "SET #a = :v",
        ExpressionAttributeNames = new() { ["#a"] = attribute },
        ExpressionAttributeValues = new() { [":v"] = value },
    });

    // Binary values as the text that they would contain.
    private static async Task<string> DumpAsync(string table)
    {
        var dump = new StringBuilder();
        foreach (Dictionary<string, AttributeValue> item in await ScanAsync(table))
        {
            foreach ((string name, AttributeValue value) in item)
                dump.Append(name).Append('=').Append(value.S ?? value.N ?? (value.B is null ? "" : Encoding.Latin1.GetString(value.B.ToArray()))).Append('\n');
        }

        return dump.ToString();
    }
}
