using System.Text;
using Amazon.DynamoDBv2.DocumentModel;
using UserStore.Modeling;

namespace UserStore.Tests.Modeling;

public sealed class StoredScalarTests
{
    [Fact]
    public void Strings_are_ordered_by_their_UTF8_bytes()
    {
        string[] texts = ["", "A", "a", "aa", "b", "é", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF", "𐀀", "😀", "😀a", "\uDBFF\uDFFF"];

        string[] byScalar = [.. texts.Reverse().Order(Comparer<string>.Create((left, right) => Text(left).CompareTo(Text(right))))];

        byScalar.Should().Equal(texts.OrderBy(text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)), StringComparer.Ordinal));
    }

    [Fact]
    public void Numbers_are_ordered_by_value()
    {
        string[] numbers = ["-1E100", "-2", "-1.5", "0", "1E-20", "1", "2", "10", "100", "1E100"];

        string[] byScalar = [.. numbers.Reverse().Order(Comparer<string>.Create((left, right) => Number(left).CompareTo(Number(right))))];

        byScalar.Should().Equal(numbers);
        Number("1.50").SameAs(Number("1.5")).Should().BeTrue();
        Number("1").SameAs(Text("1")).Should().BeFalse();
    }

    [Theory]
    [InlineData("1.50", "1.5")]
    [InlineData("100", "100")]
    [InlineData("-0.0", "0")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [InlineData("1E100", "1E100")]
    public void Numbers_have_one_canonical_string(string written, string stored)
    {
        StoredScalar.TryFromEntry(new Primitive(written, saveAsNumeric: true), out StoredScalar scalar).Should().BeTrue();

        scalar.Should().Be(Number(stored));
    }

    private static StoredScalar Text(string text) => new(ScalarKind.String, text);

    private static StoredScalar Number(string text) => new(ScalarKind.Number, text);
}
