using System.Globalization;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace Welcome;

public sealed record Quota(int Used, int Total);

/// <summary>Stores a quota as a string such as <c>3/10</c>.</summary>
public sealed class QuotaConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value)
    {
        var quota = (Quota)value;
        return new Primitive(string.Create(CultureInfo.InvariantCulture, $"{quota.Used}/{quota.Total}"));
    }

    public object FromEntry(DynamoDBEntry entry)
    {
        string[] parts = entry.AsString().Split('/');
        return new Quota(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
