using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.Privacy;

/// <summary>Everything that is stored of a user is exported as it is, whatever other programs stored.</summary>
public sealed class ExportTests : PrivacyTest
{
    private const string Digits = "12345678901234567890123456789012345678";

    [Fact]
    public async Task Every_type_of_value_is_exported()
    {
        await Server.Client.PutItemAsync(Table, new()
        {
            ["user_id"] = new("1"),
            ["long"] = new() { N = Digits },
            ["small"] = new() { N = "-0.00000000000000000000000000000000000001" },
            ["bytes"] = new() { B = new MemoryStream([0, 255, 7]) },
            ["texts"] = new() { SS = ["<b>", "\u00e4\"\n"] },
            ["numbers"] = new() { NS = [Digits, "1.5"] },
            ["blobs"] = new() { BS = [new MemoryStream([1]), new MemoryStream([2])] },
            ["nothing"] = new() { NULL = true },
            ["flag"] = new() { BOOL = false },
            ["map"] = new() { M = new() { ["list"] = new() { L = [new("a"), new() { M = new() { ["deep"] = new() { N = "1" } } }, new() { L = [] }] } } },
        });

        JsonElement user = (await ExportAsync("1"))!.RootElement.GetProperty("items")[0].GetProperty("attributes");

        user.GetProperty("long").GetRawText().Should().Be(Digits);
        user.GetProperty("small").GetDecimal().Should().Be(decimal.Parse("-1E-38", System.Globalization.NumberStyles.Float, null));
        user.GetProperty("bytes").GetBytesFromBase64().Should().Equal(0, 255, 7);
        user.GetProperty("texts").EnumerateArray().Select(text => text.GetString()).Should().BeEquivalentTo("<b>", "\u00e4\"\n");
        user.GetProperty("numbers").EnumerateArray().Select(number => number.GetRawText()).Should().BeEquivalentTo(Digits, "1.5");
        user.GetProperty("blobs").EnumerateArray().Select(blob => blob.GetBytesFromBase64()[0]).Should().BeEquivalentTo(new byte[] { 1, 2 });
        user.GetProperty("nothing").ValueKind.Should().Be(JsonValueKind.Null);
        user.GetProperty("flag").GetBoolean().Should().BeFalse();
        user.GetProperty("map").GetRawText().ReplaceLineEndings("").Replace(" ", "").Should().Be("""{"list":["a",{"deep":1},[]]}""");
        user.EnumerateObject().Should().HaveCount(10);
    }

    [Fact]
    public async Task A_user_that_no_program_can_read_is_exported_and_erased()
    {
        await Server.Client.PutItemAsync(Table, new()
        {
            ["user_id"] = new("gone-1"),
            ["age"] = new("old"),
            ["created_at"] = new("gone-yesterday"),
            ["version"] = new() { L = [] },
            ["logins"] = new() { BOOL = true },
            ["roles"] = new() { M = new() { ["gone-2"] = new("x") } },
            ["expires_at"] = new("never"),
        });
        Func<Task> read = () => Users.FindAsync("gone-1");
        await read.Should().ThrowAsync<UserStoreSchemaException>();

        using JsonDocument export = (await ExportAsync("gone-1"))!;

        JsonElement user = export.RootElement.GetProperty("items").EnumerateArray().Should().ContainSingle().Which.GetProperty("attributes");
        user.GetProperty("age").GetString().Should().Be("old");
        user.GetProperty("roles").GetProperty("gone-2").GetString().Should().Be("x");
        await ShouldBeErasedAsync(await Privacy.EraseAsync("gone-1"), []);
    }

    [Fact]
    public async Task Items_of_all_places_are_exported_before_and_during_a_restriction()
    {
        await CreateReplicatedAsync(NewPerson("other"));
        await CreateReplicatedAsync(NewPerson("1"));
        await PutPoisonAsync("1", 0);
        string[] expected =
        [
            "reservation", "reservation", "reservation", "reservation", "reservation", "user", "view", "guard", "view", "guard", "migrationEntry",
        ];

        (await KindsAsync()).Should().Equal(expected);
        await OtherPrivacy.RestrictAsync("1");
        (await KindsAsync()).Should().Equal(expected);

        async Task<string?[]> KindsAsync()
        {
            using JsonDocument export = (await ExportAsync("1"))!;
            export.RootElement.GetRawText().Should().NotContain("other");
            return [.. export.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString())];
        }
    }

    [Fact]
    public async Task A_stream_that_fails_ends_the_export_with_its_failure_and_receives_nothing_more()
    {
        await CreateReplicatedAsync(NewPerson("1"));
        long length = (await ExportBytesAsync("1")).Length;

        for (long end = 0; end < length; end += 97)
        {
            using var stream = new FullStream(end);
            Func<Task> export = () => Privacy.ExportAsync("1", stream);
            (await export.Should().ThrowAsync<IOException>()).WithMessage("full");
            stream.WritesAfterFailure.Should().Be(0);
        }
    }

    [Fact]
    public async Task Each_item_is_written_before_the_next_one()
    {
        const int Size = 90_000;
        await CreateReplicatedAsync(NewPerson("1", roles: 80));
        await Server.Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Table,
            Key = new() { ["user_id"] = new("1") },
            UpdateExpression = "SET #bulk = :bulk",
            ExpressionAttributeNames = new() { ["#bulk"] = "bulk" },
            ExpressionAttributeValues = new() { [":bulk"] = new(new string('x', Size)) },
        });
        using var stream = new FullStream(long.MaxValue);

        await Privacy.ExportAsync("1", stream);

        stream.Length.Should().BeGreaterThan(Size);
        stream.LargestWrite.Should().BeLessThan(Size + 10_000, "no more than an item is held back");
        stream.Writes.Should().BeGreaterThan(80);
    }

    private async Task<byte[]> ExportBytesAsync(string id)
    {
        using var json = new MemoryStream();
        await Privacy.ExportAsync(id, json);
        return json.ToArray();
    }

    private async Task<JsonDocument?> ExportAsync(string id)
        => await ExportBytesAsync(id) is { Length: > 0 } json ? JsonDocument.Parse(Encoding.UTF8.GetString(json)) : null;

    /// <summary>A stream that fails when it is full.</summary>
    private sealed class FullStream(long capacity) : MemoryStream
    {
        private bool _hasFailed;

        public int Writes { get; private set; }

        public int LargestWrite { get; private set; }

        public int WritesAfterFailure { get; private set; }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (_hasFailed)
            {
                WritesAfterFailure++;
                throw new IOException("written again");
            }

            if (Length + buffer.Length > capacity)
            {
                _hasFailed = true;
                throw new IOException("full");
            }

            (Writes, LargestWrite) = (Writes + 1, Math.Max(LargestWrite, buffer.Length));
            base.Write(buffer.ToArray(), 0, buffer.Length); // the overload for spans would call this one again
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
