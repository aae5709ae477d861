using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.Tests.Modeling;

public sealed class ConverterTests
{
    [Theory]
    [InlineData("2026-02-12T10:11:12Z", 0)]
    [InlineData("2026-02-12T10:11:12.1Z", 1_000_000)]
    [InlineData("2026-02-12T10:11:12.123Z", 1_230_000)]
    [InlineData("2026-02-12T10:11:12.1234567Z", 1_234_567)]
    [InlineData("2026-02-12T10:11:12.123456789Z", 1_234_567)]
    [InlineData("2026-02-12T10:11:12.999999999Z", 9_999_999)]
    [InlineData("2026-02-12T12:11:12.5+02:00", 5_000_000)]
    [InlineData("2026-02-12T03:11:12.123456789-07:00", 1_234_567)]
    public void Instants_of_other_programs_are_read(string text, long ticks)
        => new InstantConverter().FromEntry(new Primitive(text)).Should().Be(
            new DateTimeOffset(2026, 2, 12, 10, 11, 12, TimeSpan.Zero).AddTicks(ticks));

    [Fact]
    public void Instants_are_written_so_that_string_order_is_time_order()
    {
        DateTimeOffset start = new(2026, 1, 31, 23, 59, 59, TimeSpan.FromHours(-11));
        DateTimeOffset[] instants =
        [
            DateTimeOffset.MinValue, start, start.AddTicks(1), start.AddMilliseconds(1), start.AddSeconds(1), start.AddYears(1), DateTimeOffset.MaxValue,
        ];

        string[] written = [.. instants.Select(instant => new InstantConverter().ToEntry(instant).AsString())];

        written.Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyContain(text => text.Length == 28 && text.EndsWith('Z'));
        written.Select(text => new InstantConverter().FromEntry(new Primitive(text))).Should().Equal(instants.Cast<object>());
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("")]
    [InlineData("2026-13-01T00:00:00Z")]
    public void A_string_that_is_not_an_instant_is_rejected(string text)
    {
        Action read = () => new InstantConverter().FromEntry(new Primitive(text));
        Action number = () => new InstantConverter().FromEntry(new Primitive("1", saveAsNumeric: true));

        read.Should().Throw<FormatException>();
        number.Should().Throw<FormatException>();
    }

    [Fact]
    public void Epoch_seconds_are_truncated_and_read_with_fractions()
    {
        var converter = new EpochSecondsConverter();

        converter.ToEntry(DateTimeOffset.FromUnixTimeMilliseconds(1999)).AsString().Should().Be("1");
        converter.FromEntry(
            new Primitive("1770000000.75", saveAsNumeric: true)).Should().Be(DateTimeOffset.FromUnixTimeSeconds(1_770_000_000));
        converter.ToEntry(null!).Should().BeNull();
    }

    [Fact]
    public void Lists_are_read_from_lists_and_sets()
    {
        var converter = new StringListConverter();

        converter.FromEntry(new DynamoDBList([new Primitive("b"), new DynamoDBNull(), new Primitive("a"), new Primitive("b")]))
            .Should().Be(ValueList.CopyOf<string>(["b", "a", "b"]));
        converter.FromEntry(
            new PrimitiveList(DynamoDBEntryType.String) { Entries = [new Primitive("x")] }).Should().Be(ValueList.CopyOf<string>(["x"]));
        converter.ToEntry(Array.Empty<string>()).Should().BeOfType<DynamoDBList>();
        Action text = () => converter.FromEntry(new Primitive("x"));
        text.Should().Throw<FormatException>();
    }
}
