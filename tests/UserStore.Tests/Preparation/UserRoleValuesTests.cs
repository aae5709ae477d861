using Amazon.DynamoDBv2.DataModel;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Tests.Preparation;

public sealed class UserRoleValuesTests
{
    [Theory]
    [InlineData(nameof(Times.Date))]
    [InlineData(nameof(Times.NullableDate))]
    [InlineData(nameof(Times.Instant))]
    [InlineData(nameof(Times.NullableInstant))]
    public void A_time_is_given_if_it_is_not_the_default(string property)
    {
        MappedProperty mapped = UserModel.For<Times>(new UserStoreOptions()).Properties.Single(time => time.Name == property);
        var times = new Times();

        bool before = UserRoleValues.HasTime(mapped, times);
        UserRoleValues.SetTime(mapped, times, DateTimeOffset.UnixEpoch);

        (before, UserRoleValues.HasTime(mapped, times)).Should().Be((false, true));
    }

    [DynamoDBTable("Times")]
    public sealed class Times
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";

        public DateTime Date { get; set; }

        public DateTime? NullableDate { get; set; }

        [DynamoDBProperty(typeof(InstantConverter))]
        public DateTimeOffset Instant { get; set; }

        [DynamoDBProperty(typeof(InstantConverter))]
        public DateTimeOffset? NullableInstant { get; set; }
    }
}
