using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Tests.DynamoDb.Items;

public sealed class AttributeValueComparerTests
{
    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("1.50", "1.5", true)]
    [InlineData("1500", "1.5E3", true)]
    [InlineData("1500", "1.5e+3", true)]
    [InlineData("-0.05", "-5E-2", true)]
    [InlineData("0", "-0.00", true)]
    [InlineData("+7", "007", true)]
    [InlineData("10", "1", false)]
    [InlineData("1", "-1", false)]
    [InlineData("0.1", "0.01", false)]
    [InlineData("99999999999999999999999999999999999999", "99999999999999999999999999999999999998", false)]
    public void Numbers_are_compared_by_value(string one, string other, bool equal)
    {
        AttributeValueComparer.AreEqual(new AttributeValue { N = one }, new AttributeValue { N = other }).Should().Be(equal);
        AttributeValueComparer.AreEqual(
            new AttributeValue { NS = ["3", one] }, new AttributeValue { NS = [other, "3.0"] }).Should().Be(equal);
    }
}
