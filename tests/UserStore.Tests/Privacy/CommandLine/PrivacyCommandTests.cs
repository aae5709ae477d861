using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Privacy;
using UserStore.TestKit;

namespace UserStore.Tests.Privacy.CommandLine;

/// <summary>Commands on the tables of a server.</summary>
public sealed class PrivacyCommandTests : IAsyncLifetime
{
    private const string Email = "ada@example.test";

    private readonly string _prefix = $"privacy-{Guid.NewGuid():N}-";
    private readonly PrivacyBench _bench;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("privacy-");

    public PrivacyCommandTests() => _bench = new PrivacyBench().AddServerStore(_prefix);

    private IUserStore Users => _bench.Provider.GetRequiredService<IUserStore>();

    public async Task InitializeAsync()
    {
        await Users.EnsureTablesAsync();
        await Users.CreateAsync(new User { UserId = "ada-1", Name = "Ada", Email = Email });
        await Users.CreateAsync(new User { UserId = "bea-2", Name = "Bea", Email = "bea@example.test" });
    }

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        await LocalServer.Shared.DeleteTablesAsync(_prefix);
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Export_writes_what_is_stored_of_a_user_to_the_output_or_a_file_of_the_owner()
    {
        string file = Path.Combine(_folder.FullName, "ada.json");

        (int? code, string output, string error) = await _bench.RunAsync("privacy export ada-1");
        var written = await _bench.RunAsync($"privacy export ada-1 --output {file}");
        JsonElement document = JsonDocument.Parse((await _bench.RunAsync("privacy export ada-1 --json")).Output).RootElement;

        (code, error).Should().Be((0, ""));
        KindsOf(JsonDocument.Parse(output).RootElement).Should().BeEquivalentTo("user", "reservation");
        output.Should().Contain(Email).And.NotContain("bea");
        written.Should().Be((0, $"The export was written to {file}.{Environment.NewLine}", ""));
        KindsOf(JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement).Should().BeEquivalentTo("user", "reservation");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (document.GetProperty("command").GetString(), document.GetProperty("store").GetString()).Should().Be(("export", "User"));
        KindsOf(document.GetProperty("export")).Should().BeEquivalentTo("user", "reservation");
    }

    [Fact]
    public async Task Export_into_a_file_that_others_may_read_leaves_it_to_the_owner_alone()
    {
        string file = Path.Combine(_folder.FullName, "ada.json");
        await File.WriteAllTextAsync(file, new string('x', 10_000));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        (int? code, _, string error) = await _bench.RunAsync($"privacy export ada-1 --output {file}");

        (code, error).Should().Be((0, ""));
        KindsOf(JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement).Should().BeEquivalentTo("user", "reservation");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Export_into_a_device_leaves_its_mode()
    {
        if (OperatingSystem.IsWindows())
            return;
        UnixFileMode before = File.GetUnixFileMode("/dev/null");
        string link = Path.Combine(_folder.FullName, "nothing");
        File.CreateSymbolicLink(link, "/dev/null");

        (int? code, _, string error) = await _bench.RunAsync($"privacy export ada-1 --output {link}");
        UnixFileMode after = File.GetUnixFileMode("/dev/null");
        if (after != before)
            File.SetUnixFileMode("/dev/null", before); // every process needs it

        (code, error, after).Should().Be((0, "", before));
    }

    [Fact]
    public async Task Export_of_an_unknown_user_or_into_a_missing_folder_fails_and_writes_nothing()
    {
        (int? code, string output, string error) = await _bench.RunAsync("privacy export nobody");
        (int? unwritten, _, string reason) = await _bench.RunAsync($"privacy export ada-1 --output {_folder.FullName}/missing/ada.json");

        (code, output, error).Should().Be((1, "", $"Nothing is stored of the user.{Environment.NewLine}"));
        unwritten.Should().Be(1);
        reason.Should().Contain("missing").And.NotContain("   at ");
    }

    [Fact]
    public async Task Erase_writes_a_receipt_for_each_user_that_verify_reads_and_nothing_is_left()
    {
        (int? code, string receipts, string error) = await _bench.RunAsync("privacy erase - --yes", "ada-1\nbea-2\n");
        string file = Path.Combine(_folder.FullName, "receipts.jsonl");
        await File.WriteAllTextAsync(file, receipts);

        (code, error).Should().Be((0, ""));
        receipts.Should().NotContainAny("ada-1", "bea-2", "Ada", "Bea");
        JsonElement[] lines = [.. receipts.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        lines.Select(line => line.GetProperty("tableName").GetString()).Should().Equal($"{_prefix}Users", $"{_prefix}Users");
        lines[0].EnumerateObject().Select(property => property.Name).Should().Equal("userHash", "tableName", "erasedAt", "tombstoneExpiresAt");
        (await Users.ListAsync().ToListAsync()).Should().BeEmpty();
        (await _bench.RunAsync("privacy verify -", receipts)).Should().Be((0, $"Nothing is left of erased users.{Environment.NewLine}", ""));
        (await _bench.RunAsync($"privacy verify {file}")).Code.Should().Be(0);
        (await _bench.RunAsync("privacy erase ada-1 --yes")).Output.Should().Be($"{lines[0].GetRawText()}{Environment.NewLine}", "it was erased before");
    }

    [Fact]
    public async Task Verify_fails_on_what_a_restore_brought_back_and_sweep_erases_it()
    {
        List<(string Table, Dictionary<string, AttributeValue> Item)> backup = [];
        foreach (string table in new[] { "Users", "UserReservations" })
        {
            foreach (Dictionary<string, AttributeValue> item in (await LocalServer.Shared.Client.ScanAsync(new ScanRequest(_prefix + table))).Items)
                backup.Add((_prefix + table, item));
        }

        string receipts = (await _bench.RunAsync("privacy erase ada-1 --yes")).Output;
        foreach ((string table, Dictionary<string, AttributeValue> item) in backup)
            await LocalServer.Shared.Client.PutItemAsync(table, item);

        (int? code, string output, string error) = await _bench.RunAsync("privacy verify -", receipts);
        JsonElement found = JsonDocument.Parse((await _bench.RunAsync("privacy verify - --json", receipts)).Output).RootElement;

        code.Should().Be(1);
        output.Should().Contain($"User in {_prefix}Users: ").And.Contain($"Reservation in {_prefix}UserReservations: ");
        error.Should().Be("2 items are left of erased users. 'privacy sweep' erases them while the tombstones exist; afterwards, erase the users again, "
            + $"unless they were created again since.{Environment.NewLine}");
        found.GetProperty("error").GetProperty("type").GetString().Should().Be("NotErased");
        found.GetProperty("remnants").EnumerateArray().Select(remnant => remnant.GetProperty("kind").GetString())
            .Should().BeEquivalentTo("user", "reservation");
        found.GetProperty("remnants")[0].GetProperty("itemKey").GetString().Should().Contain("ada");

        (int? swept, string log, string errors) = await _bench.RunAsync("privacy sweep");

        (swept, errors).Should().Be((0, ""));
        log.Should().Contain($"User in {_prefix}Users: erased").And.NotContainAny("ada", "bea");
        (await _bench.RunAsync("privacy verify -", receipts)).Code.Should().Be(0);
        (await _bench.RunAsync("privacy sweep")).Output.Should().Be($"Nothing is left of erased users.{Environment.NewLine}");
        (await Users.FindAsync("bea-2")).Should().NotBeNull("it was not erased");
    }

    [Theory]
    [InlineData("", "There are no receipts to verify.")]
    [InlineData("{}", "Line 1 is not a receipt of 'privacy erase'.")]
    [InlineData("[1]", "Line 1 is not a receipt of 'privacy erase'.")]
    [InlineData("\nnot JSON", "Line 2 is not a receipt of 'privacy erase'.")]
    [InlineData("42", "Line 1 is not a receipt of 'privacy erase'.")]
    [InlineData("""{"receipts":{}}""", "Line 1 is not a receipt of 'privacy erase'.")]
    public async Task Receipts_that_cannot_be_read_are_a_failure(string input, string message)
        => (await _bench.RunAsync("privacy verify -", input)).Should().Be((1, "", $"{message}{Environment.NewLine}"));

    [Fact]
    public async Task Receipts_that_could_never_find_anything_are_a_failure_with_their_line_or_their_table()
    {
        string receipt = (await _bench.RunAsync("privacy erase ada-1 --yes")).Output.TrimEnd();
        string hash = JsonDocument.Parse(receipt).RootElement.GetProperty("userHash").GetString()!;
        string restored = receipt.Replace($"{_prefix}Users", "Others", StringComparison.Ordinal);
        string ofOthers = restored.Replace(hash, $"{hash[..^4]}0000", StringComparison.Ordinal);
        string ofOtherKey = receipt.Replace(hash, $"00000000{hash[8..]}", StringComparison.Ordinal);

        foreach (string wrong in new[] { "xx", hash.ToUpperInvariant(), hash[1..], $"{hash}0", $"g{hash[1..]}" })
        {
            (await _bench.RunAsync("privacy verify -", $"{receipt}\n{receipt.Replace(hash, wrong, StringComparison.Ordinal)}\n"))
                .Should().Be((1, "", $"Line 2 is not a receipt of 'privacy erase'.{Environment.NewLine}"));
        }

        (await _bench.RunAsync("privacy verify -", restored)).Code.Should().Be(0, "the store has the tombstone");
        (await _bench.RunAsync("privacy verify -", ofOthers)).Error.Should().Be(
            $"ArgumentException: A receipt is of table 'Others', but the store has '{_prefix}Users', and no tombstone of the user.{Environment.NewLine}");
        (await _bench.RunAsync("privacy verify -", ofOtherKey)).Error.Should().Be(
            $"ArgumentException: A receipt was made with another UserStoreOptions.Privacy.HashKey. Use that key.{Environment.NewLine}");
    }

    [Fact]
    public async Task Verify_reads_receipts_as_erase_and_the_serializer_write_them()
    {
        await Users.CreateAsync(new User { UserId = "cyd-3" });
        string line = (await _bench.RunAsync("privacy erase ada-1 --yes")).Output;
        string document = (await _bench.RunAsync("privacy erase bea-2 --yes --json")).Output;
        string serialized = JsonSerializer.Serialize(await _bench.Provider.GetRequiredService<IUserPrivacy<User>>().EraseAsync("cyd-3"));
        string[] inputs = [line, document, serialized, $"[{line},{serialized}]", $"{line}{document}{document}\n{serialized}\n{line}"];
        foreach (string input in inputs)
            (await _bench.RunAsync("privacy verify -", input)).Should().Be((0, $"Nothing is left of erased users.{Environment.NewLine}", ""));

        await LocalServer.Shared.Client.PutItemAsync($"{_prefix}Users", new() { ["user_id"] = new("cyd-3") });
        await LocalServer.Shared.Client.PutItemAsync($"{_prefix}Users", new() { ["user_id"] = new("bea-2") });

        (await _bench.RunAsync("privacy verify -", document)).Error.Should().StartWith("1 item is left of erased users.");
        (await _bench.RunAsync("privacy verify -", serialized)).Error.Should().StartWith("1 item is left of erased users.");
        (await _bench.RunAsync("privacy verify -", inputs[^1])).Error.Should().StartWith("2 items are left of erased users.");
    }

    [Fact]
    public async Task Receipts_before_a_failure_are_written()
    {
        _bench.Provider.GetRequiredService<IAmazonDynamoDB>().Should().BeAssignableTo<AmazonDynamoDBClient>().Which.BeforeRequestEvent += (_, sent) =>
        {
            if (sent is Amazon.Runtime.WebServiceRequestEventArgs { Request: GetItemRequest get } && get.Key.Values.Any(value => value.S == "bea-2"))
                throw new AmazonDynamoDBException("denied") { StatusCode = System.Net.HttpStatusCode.BadRequest, ErrorCode = "AccessDeniedException" };
        };

        (int? code, string receipts, string error) = await _bench.RunAsync("privacy erase ada-1 bea-2 --yes");
        JsonElement document = JsonDocument.Parse((await _bench.RunAsync("privacy erase ada-1 bea-2 --yes --json")).Output).RootElement;

        code.Should().Be(1);
        JsonDocument.Parse(receipts).RootElement.GetProperty("tableName").GetString().Should().Be($"{_prefix}Users");
        error.Should().Contain(nameof(UserStoreUnavailableException));
        document.GetProperty("receipts").GetArrayLength().Should().Be(1);
        document.GetProperty("error").EnumerateObject().Select(property => property.Name).Should().Equal("type", "message", "isTransient");
    }

    [Fact]
    public async Task Restrict_hides_a_user_until_release()
    {
        (await _bench.RunAsync("privacy restrict ada-1")).Should().Be((0, $"The processing of user 'ada-1' is restricted.{Environment.NewLine}", ""));
        (await Users.FindAsync("ada-1")).Should().BeNull();
        (await _bench.RunAsync("privacy release ada-1 --json")).Output.Should().Contain("\"isRestricted\": false");
        (await Users.FindAsync("ada-1")).Should().NotBeNull();

        (int? code, _, string error) = await _bench.RunAsync("privacy restrict nobody");

        code.Should().Be(1);
        error.Should().StartWith("UserNotFoundException: ");
    }

    private static IEnumerable<string?> KindsOf(JsonElement export)
        => export.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString());
}
