using System.Globalization;
using UserStore.Modeling;

namespace UserStore.Tests.Modeling;

public sealed class StoredNumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0.000", "0")]
    [InlineData("+007.50", "7.5")]
    [InlineData("1e2", "100")]
    [InlineData("-12.30E-1", "-1.23")]
    [InlineData("1.2345678901234567E-20", "0.000000000000000000012345678901234567")]
    [InlineData("0.05E-100", "5E-102")]
    [InlineData("123E120", "1.23E122")]
    public void A_number_has_one_string(string written, string canonical)
    {
        StoredNumber.Find(written).ToString().Should().Be(canonical);
        StoredNumber.Find(written).Should().Be(StoredNumber.Find(canonical));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    [InlineData("1E")]
    [InlineData("1E99999999999")]
    [InlineData("--1")]
    public void Other_strings_are_no_numbers(string text) => StoredNumber.Find(text).Should().BeNull();

    [Theory]
    [InlineData("99999999999999999999999999999999999999", true)]
    [InlineData("999999999999999999999999999999999999991", false)]
    [InlineData("1000000000000000000000000000000000000000000", true)]
    [InlineData("9.9999999999999999999999999999999999999E125", true)]
    [InlineData("1E126", false)]
    [InlineData("1E-130", true)]
    [InlineData("9E-131", false)]
    [InlineData("0E-500", true)]
    public void The_limits_of_DynamoDB_apply_to_digits_and_magnitude(string text, bool isStorable)
        => (StoredNumber.Find(text)!.Value.ViolatedRule() is null).Should().Be(isStorable);

    [Theory]
    [InlineData("0.1", "0.2", "0.3")]
    [InlineData("1E20", "1E-17", "100000000000000000000.00000000000000001")]
    [InlineData("-1.5", "1.5", "0")]
    [InlineData("0", "-7E100", "-7E100")]
    [InlineData("99.5", "0.5", "100")]
    public void Sums_are_exact(string left, string right, string sum)
    {
        (Number(left) + Number(right)).Should().Be(Number(sum));
        (Number(right) + Number(left)).Should().Be(Number(sum));
        (Number(sum) + -Number(right)).Should().Be(Number(left));
    }

    [Fact]
    public void Sums_and_order_are_those_of_decimals()
    {
        var random = new Random(7);
        for (int i = 0; i < 1000; i++)
        {
            (decimal a, decimal b) = (Next(), Next());
            (StoredNumber left, StoredNumber right) = (StoredNumber.Of(a), StoredNumber.Of(b));
            (left + right).Should().Be(StoredNumber.Of(a + b));
            Math.Sign(left.CompareTo(right)).Should().Be(a.CompareTo(b));
            decimal.Parse(left.ToString(), CultureInfo.InvariantCulture).Should().Be(a);
        }

        decimal Next() => new(random.Next(), 0, 0, random.Next(2) == 0, (byte)random.Next(20));
    }

    private static StoredNumber Number(string text) => StoredNumber.Find(text)!.Value;
}
