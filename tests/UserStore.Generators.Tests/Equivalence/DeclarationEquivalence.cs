using Amazon.DynamoDBv2.DataModel;
using UserStore.Declarations;
using UserStore.Modeling;

namespace UserStore.Generators.Tests.Equivalence;

/// <summary>What generated code declares of a type is what reflection finds.</summary>
internal static class DeclarationEquivalence
{
    public static void Check<TUser>(DeclaredType declared, IEnumerable<TUser> users)
        where TUser : class
    {
        bool hasEnumMaps = !typeof(TUser).IsAssignableTo(typeof(User));
        var expected = new AnnotatedType(typeof(TUser), "user type", mayLackTable: true, hasEnumMaps);
        var actual = new AnnotatedType(typeof(TUser), "user type", mayLackTable: true, hasEnumMaps, declared);

        actual.TableName.Should().Be(expected.TableName);
        actual.NotStored.Select(property => (property.Name, property.PropertyType)).Should().Equal(
            expected.NotStored.Select(property => (property.Name, property.PropertyType)));
        actual.Properties.Select(Facts).Should().Equal(expected.Properties.Select(Facts));
        actual.Indexes.Values.Select(Facts).Should().Equal(expected.Indexes.Values.Select(Facts));
        foreach ((MappedProperty one, MappedProperty other) in actual.Properties.Zip(expected.Properties))
            Marks(one).Should().Equal(Marks(other), "these are the attributes of {0}", one.Name);
        foreach (TUser user in users)
            CheckAccess(actual, expected, user);
    }

    private static void CheckAccess(AnnotatedType actual, AnnotatedType expected, object user)
    {
        object copy = UserCopier.CopyObject(user);
        foreach ((MappedProperty one, MappedProperty other) in actual.Properties.Zip(expected.Properties))
        {
            object? value = other.GetValue(user);
            (one.GetValue(user) is var read && (ReferenceEquals(read, value) || Equals(read, value))).Should().BeTrue("{0} is read", one.Name);
            one.SetValue(copy, null);
            object? none = other.GetValue(copy);
            other.SetValue(copy, null);
            Equals(none, other.GetValue(copy)).Should().BeTrue("{0} is set to null", one.Name);
            one.SetValue(copy, value);
            object? set = other.GetValue(copy);
            other.SetValue(copy, value);
            (ReferenceEquals(set, other.GetValue(copy)) || Equals(set, other.GetValue(copy))).Should().BeTrue("{0} is set", one.Name);
        }
    }

    private static object Facts(MappedProperty property) => (
        property.Name,
        property.AttributeName,
        property.PropertyType,
        property.HasConverter,
        property.HasOwnConverter,
        property.CanSet,
        (property.IsEpoch, property.IsFlattened, property.IsWrittenOnce, property.IsEnumMap, property.NeedsMapping, property.IsLossy));

    private static object Facts(MappedIndex index) => (index.Name, index.PartitionKey.Name, index.SortKey?.Name, index.IsLocal);

    private static IEnumerable<Attribute> Marks(MappedProperty property) => property.Marks<Attribute>().Where(
        attribute => attribute is DynamoDBAttribute || attribute.GetType().Namespace == nameof(UserStore));
}
